//! Rules of a request.

use super::{at, body, edit, number, refused, text, vector};
use crate::{
    Duration, Period,
    document::{Body, Direction, Rfp},
    limits::MAX_ROUNDS,
};

fn rfp() -> Rfp {
    body(vector!("rfp"))
}

#[test]
fn a_request_names_itself_and_its_buyer() {
    refused! { rfp();
        |r| r.revision = 0 => "revision", Malformed;
        |r| r.title = text("\n ") => "title", Malformed;
        |r| r.buyer.name = text("") => "buyer.name", Malformed;
        |r| r.buyer.place.longitude_e6 = Some(180_000_001) => "buyer.place.latitude_e6", Malformed;
        |r| r.delivery.place.latitude_e6 = Some(i32::MIN) => "delivery.place.latitude_e6", Malformed;
    }
}

#[test]
fn the_moments_of_a_request_are_in_order() {
    refused! { rfp();
        |r| r.schedule.open = at("2026-11-16T05:00:00.001Z") => "schedule.bid_deadline", Malformed;
        |r| r.schedule.question_cutoff = Some(at("2026-11-16T05:00:00.001Z")) => "schedule.question_cutoff", Malformed;
        |r| r.schedule.award_by = at("2026-11-16T04:59:59.999Z") => "schedule.award_by", Malformed;
        |r| r.delivery.window = Some(Period { from: at("2026-12-02T00:00:00Z"), until: at("2026-12-01T00:00:00Z") }) => "delivery.window.until", Malformed;
        |r| r.rules.validity = Duration::from_millis(-1) => "rules.validity", Malformed;
        |r| r.rules.extension = Duration::from_millis(-1) => "rules.validity", Malformed;
        |r| r.rules.max_rounds = MAX_ROUNDS + 1 => "rules.max_rounds", Malformed;
    }
    let mut tight = rfp();
    tight.schedule.open = tight.schedule.bid_deadline;
    tight.schedule.question_cutoff = Some(tight.schedule.bid_deadline);
    tight.schedule.award_by = tight.schedule.bid_deadline;
    tight.rules.max_rounds = MAX_ROUNDS;
    assert_eq!(tight.check(), Ok(()));
}

#[test]
fn the_weights_add_to_a_hundred_exactly() {
    refused! { rfp();
        |r| edit(&mut r.criteria, |criteria| criteria[0].weight = number("59.9999999999999999999999999")) => "criteria", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria[0].weight = number("61")) => "criteria", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria.clear()) => "criteria", Malformed;
        |r| edit(&mut r.criteria, |criteria| for c in criteria { c.weight = number("79228162514264337593543950335") }) => "criteria", Malformed;
        |r| edit(&mut r.criteria, |criteria| { criteria[0].weight = number("85"); criteria[1].weight = number("-5") }) => "criteria[1].weight", Malformed;
    }
}

#[test]
fn a_criterion_has_a_name_and_a_best_that_is_better() {
    refused! { rfp();
        |r| edit(&mut r.criteria, |criteria| criteria[0].name = text(" ")) => "criteria[0].name", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria[1].name = criteria[0].name.clone()) => "criteria[1]", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria[0].best = criteria[0].worst) => "criteria[0].best", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria[0].direction = Direction::Higher) => "criteria[0].best", Malformed;
        |r| edit(&mut r.criteria, |criteria| criteria[2].direction = Direction::Lower) => "criteria[2].best", Malformed;
    }
}

#[test]
fn a_request_has_lines_lots_and_a_currency() {
    refused! { rfp();
        |r| edit(&mut r.currencies, |currencies| currencies.clear()) => "currencies", Malformed;
        |r| edit(&mut r.lots, |lots| lots[1].number = 1) => "lots[1]", Malformed;
        |r| edit(&mut r.lots, |lots| lots.truncate(1)) => "lines[2].lot", Malformed;
        |r| edit(&mut r.lines, |lines| lines.clear()) => "lines", Malformed;
        |r| edit(&mut r.lines, |lines| lines[1].number = 1) => "lines[1]", Malformed;
        |r| edit(&mut r.lines, |lines| lines[0].name = text("")) => "lines[0].name", Malformed;
        |r| edit(&mut r.lines, |lines| lines[0].quantity.value = number("0")) => "lines[0].quantity", Malformed;
    }
}

#[test]
fn a_category_and_a_delivery_of_a_line_are_well_formed() {
    let with_category = |r: &mut Rfp, scheme: &str, code: &str| {
        edit(&mut r.lines, |lines| {
            edit(&mut lines[0].categories, |categories| {
                categories[1].scheme = text(scheme);
                categories[1].code = text(code);
            });
        });
    };
    refused! { rfp();
        |r| with_category(r, "", "39112000-0") => "lines[0].categories[1].category", Malformed;
        |r| with_category(r, "CPV", " ") => "lines[0].categories[1].category", Malformed;
        |r| edit(&mut r.lines, |lines| if let Some(d) = &mut lines[1].delivery { d.place.longitude_e6 = None }) => "lines[1].delivery.place.latitude_e6", Malformed;
    }
}

#[test]
fn lines_are_found_by_number_and_know_their_lot() {
    let rfp = rfp();
    assert_eq!(rfp.line(3).map(|line| line.number), Some(3));
    assert_eq!((rfp.lot_of(3), rfp.lot_of(4)), (Some(2), None));
}
