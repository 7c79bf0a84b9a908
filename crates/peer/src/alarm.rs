//! Which notices ring: what the person set, and the rule that decides. The same for every screen of the peer.

use std::collections::BTreeMap;

use opener_trade::{
    Category, Invalid, List, Money, Place, Timestamp, document::Rfp, limits::MATCH_CATEGORIES,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kinds of notices that can be set: more than there are.
pub const ALARM_KINDS: usize = 64;
/// Bytes of a kind's name.
const KIND_BYTES: usize = 64;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// It is in the inbox, and nothing else happens.
    Silent,
    /// The system shows it, without a sound.
    Shown,
    /// It rings until a person acknowledges it.
    Rings,
}

/// When nothing rings: from and until, in minutes after midnight by the clock on the wall where the peer runs. Over midnight
/// where `from` is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From this minute of the day.
    pub from: u16,
    /// Until this minute, which rings again.
    pub until: u16,
}

/// What a person set about alarms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct Alarms {
    /// How loud each kind of notice is; one that is not named is as it is for everybody.
    #[ts(as = "Option<BTreeMap<String, Loudness>>")]
    pub kinds: BTreeMap<String, Loudness>,
    /// When nothing rings.
    pub quiet: Option<QuietHours>,
    /// Requests farther away than this, in kilometres, are silent.
    pub within_km: Option<u32>,
    /// Requests that have categories, none of them among or below these, are silent; none named means any.
    #[ts(as = "Option<List<Category, MATCH_CATEGORIES>>")]
    pub categories: List<Category, MATCH_CATEGORIES>,
    /// Bids and orders of less than this, in its currency, are silent.
    pub at_least: Option<Money>,
}

/// What a notice is about, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The request.
    pub rfp: Option<&'a Rfp>,
    /// Where we are.
    pub own_place: Option<&'a Place>,
    /// The total of the bid that stands.
    pub total: Option<Money>,
}

/// Notices that wait for a person, and ring unless something else is set.
const RINGING: [&str; 14] = [
    "request_arrived",
    "request_revised",
    "question_arrived",
    "counter_arrived",
    "extension_asked",
    "bid_arrived",
    "order_arrived",
    "order_auto_accepted",
    "order_changed",
    "deal_concluded",
    "bids_closed",
    "chat_arrived",
    "call_arrived",
    "last_bid_asked",
];
/// Notices that are shown unless something else is set.
const SHOWN: [&str; 15] = [
    "request_cancelled",
    "answer_arrived",
    "counter_accepted",
    "counter_refused",
    "extension_granted",
    "extension_refused",
    "bid_reconfirmed",
    "late_bid_arrived",
    "bid_was_late",
    "order_refused",
    "order_lapsed",
    "terms_to_sign",
    "no_bids",
    "document_refused",
    "call_missed",
];

impl Alarms {
    /// Checks what a person set.
    ///
    /// # Errors
    /// Too many kinds, or a minute that no day has.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.kinds.len() > ALARM_KINDS || self.kinds.keys().any(|kind| kind.len() > KIND_BYTES) {
            return Err(Invalid::new(
                "kinds",
                "name kinds of notices as the inbox does",
            ));
        }
        let wrong = |quiet: QuietHours| {
            quiet.from >= DAY || quiet.until >= DAY || quiet.from == quiet.until
        };
        if self.quiet.is_some_and(wrong) {
            let rule = "two different minutes of the day, from 0 to 1439";
            return Err(Invalid::new("quiet", rule));
        }
        Ok(())
    }

    /// How loud a notice of this kind is about this, at this minute of the local day.
    pub fn judge(&self, kind: &str, about: About<'_>, minute: u16) -> Loudness {
        let usual = match kind {
            kind if RINGING.contains(&kind) => Loudness::Rings,
            kind if SHOWN.contains(&kind) => Loudness::Shown,
            _ => Loudness::Silent,
        };
        let set = self.kinds.get(kind).copied().unwrap_or(usual);
        if !self.is_wanted(kind, about) {
            return Loudness::Silent;
        }
        match self.quiet {
            Some(quiet) if quiet.holds(minute) => set.min(Loudness::Silent),
            _ => set,
        }
    }

    fn is_wanted(&self, kind: &str, about: About<'_>) -> bool {
        if kind == "request_arrived" {
            return about
                .rfp
                .is_none_or(|rfp| self.wants_request(rfp, about.own_place));
        }
        let is_offer = ["bid_arrived", "bid_reconfirmed", "order_arrived"].contains(&kind);
        match (self.at_least.filter(|_| is_offer), about.total) {
            (Some(least), Some(total)) if least.currency() == total.currency() => {
                total.minor() >= least.minor()
            }
            _ => true,
        }
    }

    /// What is not known keeps nothing silent.
    fn wants_request(&self, rfp: &Rfp, own: Option<&Place>) -> bool {
        let near = self
            .within_km
            .zip(own)
            .and_then(|(km, own)| own.is_within_km(&rfp.delivery.place, km))
            .unwrap_or(true);
        let mut named = rfp
            .lines
            .iter()
            .flat_map(|line| line.categories.iter())
            .peekable();
        let fits = self.categories.is_empty()
            || named.peek().is_none()
            || named.any(|category| self.categories.iter().any(|own| own.is_related(category)));
        near && fits
    }
}

impl QuietHours {
    const fn holds(self, minute: u16) -> bool {
        if self.from < self.until {
            self.from <= minute && minute < self.until
        } else {
            self.from <= minute || minute < self.until
        }
    }
}

/// The minute of the local day, where the wall clock is so many minutes ahead of UTC.
pub fn minute_of_day(now: Timestamp, ahead: i32) -> u16 {
    let minute = now.millis().div_euclid(60_000) + i64::from(ahead);
    u16::try_from(minute.rem_euclid(i64::from(DAY))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krw(won: i64) -> Money {
        Money::from_minor(won, "KRW".parse().unwrap())
    }

    #[test]
    fn what_waits_for_a_person_rings_and_what_does_not_is_silent() {
        let usual = Alarms::default();
        assert_eq!(
            usual.judge("request_arrived", About::default(), 0),
            Loudness::Rings
        );
        assert_eq!(
            usual.judge("order_refused", About::default(), 0),
            Loudness::Shown
        );
        assert_eq!(
            usual.judge("intent_arrived", About::default(), 0),
            Loudness::Silent
        );
        assert_eq!(
            usual.judge("of a newer version", About::default(), 0),
            Loudness::Silent
        );
    }

    #[test]
    fn a_kind_is_as_loud_as_it_was_set() {
        let set = Alarms {
            kinds: [
                ("chat_arrived", Loudness::Silent),
                ("intent_arrived", Loudness::Rings),
            ]
            .map(|(kind, loud)| (kind.to_owned(), loud))
            .into(),
            ..Alarms::default()
        };
        assert_eq!(
            set.judge("chat_arrived", About::default(), 0),
            Loudness::Silent
        );
        assert_eq!(
            set.judge("intent_arrived", About::default(), 0),
            Loudness::Rings
        );
    }

    #[test]
    fn quiet_hours_run_over_midnight() {
        let quiet = |from, until| Alarms {
            quiet: Some(QuietHours { from, until }),
            ..Alarms::default()
        };
        let night = quiet(22 * 60, 7 * 60);
        for (minute, loud) in [
            (22 * 60 - 1, Loudness::Rings),
            (22 * 60, Loudness::Silent),
            (0, Loudness::Silent),
            (7 * 60 - 1, Loudness::Silent),
            (7 * 60, Loudness::Rings),
        ] {
            assert_eq!(
                night.judge("bid_arrived", About::default(), minute),
                loud,
                "{minute}"
            );
        }
        let lunch = quiet(12 * 60, 13 * 60);
        assert_eq!(
            lunch.judge("bid_arrived", About::default(), 12 * 60),
            Loudness::Silent
        );
        assert_eq!(
            lunch.judge("bid_arrived", About::default(), 13 * 60),
            Loudness::Rings
        );
        assert!(quiet(1440, 0).check().is_err() && quiet(60, 60).check().is_err());
        assert!(night.check().is_ok());
    }

    #[test]
    fn small_bids_are_silent_and_other_currencies_ring() {
        let set = Alarms {
            at_least: Some(krw(100_000)),
            ..Alarms::default()
        };
        let of = |total| About {
            total: Some(total),
            ..About::default()
        };
        assert_eq!(
            set.judge("bid_arrived", of(krw(99_999)), 0),
            Loudness::Silent
        );
        assert_eq!(
            set.judge("bid_arrived", of(krw(100_000)), 0),
            Loudness::Rings
        );
        let euro = Money::from_minor(1, "EUR".parse().unwrap());
        assert_eq!(set.judge("bid_arrived", of(euro), 0), Loudness::Rings);
        assert_eq!(set.judge("chat_arrived", of(krw(1)), 0), Loudness::Rings);
    }

    #[test]
    fn the_local_day_begins_at_local_midnight() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        assert_eq!(minute_of_day(at(15 * 60), 9 * 60), 0);
        assert_eq!(minute_of_day(at(0), -1), 1439);
        assert_eq!(minute_of_day(at(60), -90), 1410);
    }

    #[test]
    fn as_many_kinds_as_are_kept_and_not_one_more() {
        let kinds = |n: usize| Alarms {
            kinds: (0..n)
                .map(|i| (format!("kind {i}"), Loudness::Silent))
                .collect(),
            ..Alarms::default()
        };
        assert!(kinds(ALARM_KINDS).check().is_ok() && kinds(ALARM_KINDS + 1).check().is_err());
    }
}
