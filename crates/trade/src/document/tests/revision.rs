//! What a revision changes, named for screens.

use super::{body, edit, text, vector};
use crate::{
    Duration,
    document::{Body, CommitmentKind, Disclosure, Rfp, TaxBasis},
};

type Alteration = fn(&mut Rfp);

fn rfp() -> Rfp {
    body(vector!("rfp"))
}

fn names(change: impl FnOnce(&mut Rfp)) -> Vec<String> {
    let mut new = rfp();
    change(&mut new);
    new.changes_from(&rfp())
}

#[test]
fn a_revision_names_what_it_changes() {
    let revised: Rfp = body(vector!("rfp.revised"));
    assert_eq!((revised.revision, revised.check()), (2, Ok(())));
    let changed = [
        "schedule.bid_deadline",
        "lines.1",
        "lines.2",
        "lines.3",
        "lines.4",
    ];
    assert_eq!(revised.changes_from(&rfp()), changed);
    assert_eq!(
        rfp().changes_from(&revised),
        changed,
        "seen from either side"
    );
}

#[test]
fn the_number_of_the_revision_is_no_change() {
    assert!(names(|_| ()).is_empty());
    assert!(names(|r| r.revision = 9).is_empty());
}

#[test]
fn every_field_has_its_name() {
    let other = |c: &str| c.parse().unwrap();
    let changes: Vec<(Alteration, &str)> = vec![
        (|r| r.title = text("x"), "title"),
        (|r| r.description = text("x"), "description"),
        (|r| r.language = "en".parse().unwrap(), "language"),
        (|r| r.buyer.contact = None, "buyer"),
        (
            |r| r.schedule.open = crate::Timestamp::EARLIEST,
            "schedule.open",
        ),
        (
            |r| r.schedule.question_cutoff = None,
            "schedule.question_cutoff",
        ),
        (
            |r| r.schedule.bid_deadline = r.schedule.award_by,
            "schedule.bid_deadline",
        ),
        (
            |r| r.schedule.award_by = r.schedule.bid_deadline,
            "schedule.award_by",
        ),
        (
            |r| r.rules.commitment = CommitmentKind::Indicative,
            "rules.commitment",
        ),
        (|r| r.rules.validity = Duration::ZERO, "rules.validity"),
        (|r| r.rules.partial = !r.rules.partial, "rules.partial"),
        (
            |r| r.rules.alternatives = !r.rules.alternatives,
            "rules.alternatives",
        ),
        (|r| r.rules.repeated = !r.rules.repeated, "rules.repeated"),
        (|r| r.rules.max_rounds = 0, "rules.max_rounds"),
        (|r| r.rules.extension = Duration::ZERO, "rules.extension"),
        (|r| r.rules.tax_basis = TaxBasis::Gross, "rules.tax_basis"),
        (|r| r.delivery.window = None, "delivery"),
        (|r| r.incoterm = None, "incoterm"),
        (|r| r.payment = None, "payment"),
        (
            |r| edit(&mut r.criteria, |criteria| criteria.swap(0, 1)),
            "criteria",
        ),
        (|r| r.disclosure = Disclosure::Conclusion, "disclosure"),
        (|r| edit(&mut r.attachments, Vec::clear), "attachments"),
        (
            |r| edit(&mut r.lots, |lots| lots[0].title = text("x")),
            "lots",
        ),
        (
            |r| edit(&mut r.lines, |lines| lines[1].optional = true),
            "lines.2",
        ),
        (|r| edit(&mut r.lines, |lines| lines.truncate(2)), "lines.3"),
        (
            |r| edit(&mut r.lines, |lines| lines[2].number = 3_000_000_000),
            "lines.3 lines.3000000000",
        ),
        (|r| edit(&mut r.lines, |lines| lines.swap(0, 1)), "lines"),
    ];
    for (change, expected) in changes {
        assert_eq!(names(change).join(" "), expected);
    }
    let currencies = names(|r| edit(&mut r.currencies, |list| *list = vec![other("USD")]));
    assert_eq!(currencies, ["currencies"]);
}

#[test]
fn names_come_in_the_order_of_the_document() {
    let all = names(|r| {
        edit(&mut r.lines, |lines| lines.truncate(1));
        r.payment = None;
        r.rules.max_rounds = 1;
        r.schedule.open = crate::Timestamp::EARLIEST;
        r.title = text("x");
    });
    assert_eq!(
        all,
        [
            "title",
            "schedule.open",
            "rules.max_rounds",
            "payment",
            "lines.2",
            "lines.3"
        ]
    );
}
