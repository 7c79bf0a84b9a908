//! How loud notices are, and what is put off.

use opener_store::{Loud, NoticeId, Store};
use opener_trade::{DealId, Duration, Invalid, PeerId, Timestamp};

use super::{Engine, work::Work};
use crate::{
    Event, PeerError,
    alarm::{About, Alarms, Loudness},
};

/// The setting that holds what a person set.
const ALARMS: &str = "alarms";
/// How long a notice is put off at most: a month, as long as most deals.
pub const LONGEST_SNOOZE: Duration = Duration::from_secs(31 * 24 * 3600);
/// Notices that ring anew in one go.
const WOKEN_AT_ONCE: usize = 100;

/// What decides how loud a notice is in one transaction.
#[derive(Clone, Copy)]
pub(super) struct Ears<'e> {
    pub(super) alarms: &'e Alarms,
    /// The minute of the local day.
    pub(super) minute: u16,
}

pub(super) async fn stored(store: &Store) -> Result<Alarms, PeerError> {
    let Some(json) = store.read().setting(ALARMS).await? else {
        return Ok(Alarms::default());
    };
    // What a newer version wrote and this one cannot read must not keep the peer from starting.
    Ok(serde_json::from_str(&json).unwrap_or_else(|error| {
        tracing::warn!(%error, "what was set about alarms cannot be read; everything is as usual");
        Alarms::default()
    }))
}

impl Engine {
    /// What is set about alarms.
    pub const fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// Minutes that the clock on the wall is ahead of UTC.
    pub fn set_wall_clock(&mut self, ahead: i32) {
        self.wall_clock_ahead = ahead;
    }

    /// Sets how loud notices are from now on.
    ///
    /// # Errors
    /// It breaks a rule, or the database cannot be written.
    pub async fn set_alarms(&mut self, alarms: Alarms) -> Result<(), PeerError> {
        alarms.check()?;
        let json =
            serde_json::to_string(&alarms).map_err(|e| Invalid::new(ALARMS, e.to_string()))?;
        let mut tx = self.store.begin().await?;
        tx.set_setting(ALARMS, &json).await?;
        tx.commit().await?;
        self.alarms = alarms;
        self.events.push(Event::Alarms);
        Ok(())
    }

    /// Puts a notice off until then, when it rings anew; or takes that back.
    ///
    /// # Errors
    /// The moment has passed or is too far away, there is no such notice, or it was acknowledged.
    pub async fn snooze(
        &mut self,
        now: Timestamp,
        notice: NoticeId,
        until: Option<Timestamp>,
    ) -> Result<(), PeerError> {
        if until.is_some_and(|until| until <= now || until > now.plus(LONGEST_SNOOZE)) {
            let rule = "must lie ahead, and no farther than 31 days";
            return Err(Invalid::new("until", rule).into());
        }
        let mut tx = self.store.begin().await?;
        if !tx.snooze(notice, until).await? {
            return Err(PeerError::NotFound("notice"));
        }
        tx.commit().await?;
        self.events.push(Event::Inbox);
        Ok(())
    }

    /// A person has seen every notice about a deal.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn acknowledge_deal(
        &mut self,
        now: Timestamp,
        deal: DealId,
    ) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        let seen = tx.acknowledge_deal(deal, now).await?;
        tx.commit().await?;
        if seen > 0 {
            self.events.push(Event::Inbox);
        }
        Ok(())
    }

    /// Lets what was put off ring anew.
    pub(super) async fn wake_notices(&mut self, now: Timestamp) -> Result<(), PeerError> {
        let woken = self.store.read().woken(now, WOKEN_AT_ONCE).await?;
        if woken.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        for notice in &woken {
            tx.snooze(notice.id, None).await?;
        }
        tx.commit().await?;
        for notice in woken {
            if let Some(deal) = notice.deal {
                self.events.push(Event::Notice {
                    id: notice.id.number(),
                    kind: notice.kind,
                    deal,
                    peer: notice.peer,
                    loudness: Loudness::Rings,
                });
            }
        }
        self.events.push(Event::Inbox);
        Ok(())
    }
}

impl Work<'_> {
    /// How loud a notice of this kind is now.
    pub(super) fn loudness(&self, deal: DealId, peer: Option<PeerId>, kind: &str) -> Loudness {
        let me = self.identity.peer_id();
        let key = |seller| (deal, seller);
        let dialogue = [Some(me), peer]
            .into_iter()
            .flatten()
            .map(key)
            .find_map(|key| {
                let changed = self.changed.dialogues.get(&key);
                changed.or_else(|| self.machines.dialogues.get(&key))
            });
        let state = dialogue.map(|dialogue| dialogue.state());
        let about = About {
            rfp: state.map(|state| &state.rfp.body),
            own_place: self.profile.map(|profile| &profile.place),
            total: state.and_then(|state| Some(state.standing.as_ref()?.bid().total)),
        };
        self.ears.alarms.judge(kind, about, self.ears.minute)
    }
}

impl From<Loudness> for Loud {
    fn from(loudness: Loudness) -> Self {
        match loudness {
            Loudness::Silent => Loud::Silent,
            Loudness::Shown => Loud::Shown,
            Loudness::Rings => Loud::Rings,
        }
    }
}

impl From<Loud> for Loudness {
    fn from(loud: Loud) -> Self {
        match loud {
            Loud::Silent => Loudness::Silent,
            Loud::Shown => Loudness::Shown,
            Loud::Rings => Loudness::Rings,
        }
    }
}
