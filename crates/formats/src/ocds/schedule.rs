//! The recorded periods: history, kept beside the request, and checked.

use opener_trade::{Period, Timestamp};

use crate::{field::Field, warning::Warnings};

/// A recorded period; either end may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Recorded {
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

/// Reads a period. One that ends before it starts is a warning, and so is a missing end or start that matters.
pub(crate) fn period(field: &Field<'_>, warnings: &mut Warnings) -> Recorded {
    let recorded = Recorded {
        start: field.get("startDate").moment(warnings),
        end: field.get("endDate").moment(warnings),
    };
    if let (Some(start), Some(end)) = (recorded.start, recorded.end)
        && end < start
    {
        let text = format!("ends before it starts ({start}); the recorded period is not used");
        warnings.add(field.get("endDate").path(), text);
        return Recorded::default();
    }
    recorded
}

/// The period of bidding, and a look at the other periods of a tender.
pub(crate) fn bidding(tender: &Field<'_>, warnings: &mut Warnings) -> Recorded {
    for name in ["enquiryPeriod", "awardPeriod"] {
        period(&tender.get(name), warnings);
    }
    let field = tender.get("tenderPeriod");
    let recorded = period(&field, warnings);
    for (name, end) in [("startDate", recorded.start), ("endDate", recorded.end)] {
        let end_field = field.get(name);
        if end.is_none() && !end_field.is_present() {
            warnings.add(end_field.path(), "is missing");
        }
    }
    recorded
}

/// The window of a delivery that is still to come: not before the award.
pub(crate) fn window(
    field: &Field<'_>,
    award_by: Timestamp,
    warnings: &mut Warnings,
) -> Option<Period> {
    let recorded = period(field, warnings);
    let until = recorded.end?;
    if until < award_by {
        let text = format!("lies before the award ({award_by}); the window is left out");
        warnings.add(field.get("endDate").path(), text);
        return None;
    }
    let from = recorded.start.unwrap_or(award_by);
    Some(Period { from, until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn with<T>(json: &str, read: impl Fn(&Field<'_>, &mut Warnings) -> T) -> (T, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let value = read(&Field::root(&node), &mut warnings);
        (
            value,
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn periods_that_are_reversed_null_or_nonsense_are_named() {
        let (recorded, warnings) = with(
            r#"{"tenderPeriod": {"startDate": "2016-03-15T07:30:00Z", "endDate": null},
                "awardPeriod": {"startDate": "2016-03-20T00:00:00Z", "endDate": "2016-03-01T00:00:00Z"},
                "enquiryPeriod": {"endDate": "tomorrow"}}"#,
            bidding,
        );
        assert!(recorded.start.is_some() && recorded.end.is_none());
        assert_eq!(warnings.len(), 3);
        assert_eq!(
            warnings[0],
            "enquiryPeriod/endDate: is no date and time; left out"
        );
        assert!(warnings[1].starts_with("awardPeriod/endDate: ends before it starts"));
        assert_eq!(warnings[2], "tenderPeriod/endDate: is missing");
    }

    #[test]
    fn a_window_that_is_over_is_left_out() {
        let award: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let window = |json| with(json, |field, warnings| window(field, award, warnings));
        let (past, warnings) = window(r#"{"endDate": "2017-04-30T00:00:00+03:00"}"#);
        assert_eq!((past, warnings.len()), (None, 1));
        let (open, _) = window(r#"{"endDate": "2027-04-30T00:00:00Z"}"#);
        assert_eq!(open.unwrap().from, award);
        assert_eq!(window("{}").0, None);
    }
}
