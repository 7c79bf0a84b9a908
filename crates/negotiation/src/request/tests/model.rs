//! Random facts in random order, against plain bookkeeping.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::kit::*;
use crate::{
    Entry, LineQuantity,
    dialogue::tests::kit::{AWARD_BY, DEADLINE, EXTENSION, at, list, parse},
    request::{Effect, Phase},
};

#[derive(Debug, Clone)]
enum Move {
    Wait(i64),
    Tick,
    Bid(u8),
    Reserve(u8, Vec<(u32, String)>),
    Free(u8),
    /// In exactly the reserved quantities, or in others.
    Conclude(u8, Option<Vec<(u32, String)>>),
    /// A concluded order becomes these quantities, or ends; and may become others.
    Amend(u8, Option<Vec<(u32, String)>>, Option<Vec<(u32, String)>>),
    Cancel,
    /// The deadline moves by so many minutes.
    Revise(i64),
    /// One seller is asked for its last bid, for so many minutes.
    LastRound(u8, i64),
}

fn lines() -> impl Strategy<Value = Vec<(u32, String)>> {
    let quantity = prop_oneof![
        8 => (1..=12_000u32).prop_map(|thousandths| Decimal::new(i64::from(thousandths), 3).to_string()),
        2 => prop_oneof![Just("10"), Just("20"), Just("5"), Just("0"), Just("-3")].prop_map(str::to_owned),
    ];
    prop::collection::vec((1..=4u32, quantity), 1..4)
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let seller = 0..4u8;
    let one = prop_oneof![
        3 => (1..60i64).prop_map(Move::Wait),
        2 => Just(Move::Tick),
        3 => seller.clone().prop_map(Move::Bid),
        6 => (seller.clone(), lines()).prop_map(|(seller, lines)| Move::Reserve(seller, lines)),
        2 => seller.clone().prop_map(Move::Free),
        4 => (seller.clone(), 0..60i64).prop_map(|(seller, more)| Move::LastRound(seller, more)),
        4 => (seller.clone(), prop::option::weighted(0.4, lines())).prop_map(|(seller, lines)| Move::Conclude(seller, lines)),
        4 => (seller, prop::option::weighted(0.7, lines()), prop::option::weighted(0.4, lines()))
            .prop_map(|(seller, lines, held)| Move::Amend(seller, lines, held)),
        1 => Just(Move::Cancel),
        2 => (-3..60i64).prop_map(Move::Revise),
    ];
    prop::collection::vec(one, 1..40)
}

fn borrowed(lines: &[(u32, String)]) -> Vec<(u32, &str)> {
    lines
        .iter()
        .map(|(line, quantity)| (*line, quantity.as_str()))
        .collect()
}

type Lines = Vec<(u32, Decimal)>;

/// What each seller has, and whether it is concluded: the plain bookkeeping. And what it may have by a change.
type Books = BTreeMap<u8, (Lines, bool)>;
type Held = BTreeMap<u8, Lines>;

fn of(lines: &[(u32, Decimal)], line: u32) -> Decimal {
    let named = lines.iter().filter(|(number, _)| *number == line);
    named.map(|(_, quantity)| *quantity).sum()
}

fn total(books: &Books, line: u32, concluded_only: bool) -> Decimal {
    books
        .values()
        .filter(|(_, concluded)| *concluded || !concluded_only)
        .map(|(lines, _)| of(lines, line))
        .sum()
}

/// The books with what is held for changes.
fn with_held(books: &Books, held: &Held) -> Books {
    let mut books = books.clone();
    for (seller, (lines, _)) in &mut books {
        let held = held.get(seller).cloned().unwrap_or_default();
        let more = ASKED.map(|(line, _)| (line, of(lines, line).max(of(&held, line))));
        *lines = more.to_vec();
    }
    books
}

fn fits(books: &Books, lines: &[(u32, Decimal)]) -> bool {
    lines.iter().all(|(line, quantity)| {
        let Some((_, asked)) = ASKED.iter().find(|(number, _)| number == line) else {
            return false;
        };
        let wanted = of(lines, *line);
        *quantity > Decimal::ZERO && total(books, *line, false) + wanted <= Decimal::from(*asked)
    })
}

fn decimals(lines: &[(u32, String)]) -> Vec<(u32, Decimal)> {
    lines
        .iter()
        .map(|(line, quantity)| (*line, quantity.parse().unwrap()))
        .collect()
}

fn play(moves: Vec<Move>) {
    let mut desk = Desk::new();
    let (mut books, mut held) = (Books::new(), Held::new());
    let mut minute = 0;
    let mut losers_told = 0;
    let (mut deadline, mut award_by) = (DEADLINE, AWARD_BY);
    let mut last_round = false;
    for step in moves {
        let before = desk.phase();
        match step {
            Move::Wait(minutes) => {
                minute += minutes;
                continue;
            }
            Move::Tick => desk.tick(minute),
            Move::Bid(seller) => desk.bid(minute, seller),
            Move::Reserve(seller, lines) => {
                let wanted = decimals(&lines);
                let allowed = !before.is_terminal()
                    && minute <= award_by
                    && (!last_round || minute > deadline)
                    && !books.contains_key(&seller)
                    && fits(&with_held(&books, &held), &wanted);
                let taken = desk.reserve(minute, seller, &borrowed(&lines));
                assert_eq!(taken.is_ok(), allowed, "{taken:?}");
                if allowed {
                    books.insert(seller, (wanted, false));
                }
            }
            Move::Free(seller) => {
                desk.free(minute, seller);
                if matches!(books.get(&seller), Some((_, false))) {
                    books.remove(&seller);
                }
            }
            Move::Conclude(seller, lines) => {
                let reserved = books
                    .get(&seller)
                    .filter(|(_, concluded)| !concluded)
                    .cloned();
                let wanted = match (&lines, &reserved) {
                    (Some(lines), _) => decimals(lines),
                    (None, Some((lines, _))) => lines.clone(),
                    (None, None) => vec![(1, Decimal::ONE)],
                };
                let mut others = with_held(&books, &held);
                others.remove(&seller);
                let allowed = reserved.is_some() && fits(&others, &wanted);
                let lines = wanted.iter().map(|(line, quantity)| LineQuantity {
                    line: *line,
                    quantity: parse(&quantity.to_string()),
                });
                let fact = Entry::Conclude {
                    seller: peer(seller),
                    lines: list(lines.collect()),
                };
                let taken = desk.learn(minute, fact);
                assert_eq!(taken.is_ok(), allowed, "{taken:?}");
                if allowed {
                    books.insert(seller, (wanted, true));
                }
            }
            Move::Revise(more) => {
                let moved = deadline + more;
                let allowed = books.is_empty()
                    && !last_round
                    && minute <= deadline
                    && !before.is_terminal()
                    && more >= 0
                    && (deadline - minute >= EXTENSION || moved >= minute + EXTENSION);
                let revised = desk.revise(minute, |rfp| {
                    rfp.schedule.bid_deadline = at(moved);
                    rfp.schedule.award_by = at(award_by.max(moved));
                });
                assert_eq!(revised.is_ok(), allowed, "{revised:?}");
                if allowed {
                    (deadline, award_by) = (moved, award_by.max(moved));
                    assert!(desk.request.state().bidders.is_empty());
                }
            }
            Move::LastRound(seller, more) => {
                let bidders = &desk.request.state().bidders;
                let allowed = bidders.contains(&peer(seller))
                    && books.is_empty()
                    && !last_round
                    && !before.is_terminal()
                    && more > 0
                    && (deadline < minute && minute <= award_by);
                let (until, chosen) = (minute + more, minute + more + 60);
                let begun = desk.last_round(minute, &[seller], until, chosen);
                assert_eq!(begun.is_ok(), allowed, "{begun:?}");
                if allowed {
                    (deadline, award_by, last_round) = (until, chosen, true);
                }
            }
            Move::Amend(seller, lines, may) => {
                let wanted = lines.as_deref().map(decimals).unwrap_or_default();
                let may = may.as_deref().filter(|_| lines.is_some());
                let may = may.map(decimals).unwrap_or_default();
                let mut others = with_held(&books, &held);
                let concluded = others
                    .remove(&seller)
                    .is_some_and(|(_, concluded)| concluded);
                let allowed = concluded && fits(&others, &wanted) && fits(&others, &may);
                let named = |lines: &Lines| -> Vec<(u32, String)> {
                    let text = |(line, quantity): &(u32, Decimal)| (*line, quantity.to_string());
                    lines.iter().map(text).collect()
                };
                let (now, then) = (named(&wanted), named(&may));
                let taken = desk.amend(minute, seller, &borrowed(&now), &borrowed(&then));
                assert_eq!(taken.is_ok(), allowed, "{taken:?}");
                if allowed {
                    books.remove(&seller);
                    held.remove(&seller);
                    if lines.is_some() {
                        books.insert(seller, (wanted, true));
                        held.insert(seller, may);
                    }
                }
            }
            Move::Cancel => {
                let open = books.values().any(|(_, concluded)| !concluded);
                let allowed = !before.is_terminal() && !open;
                assert_eq!(desk.cancel(minute).is_ok(), allowed);
            }
        }
        losers_told += desk
            .effects
            .iter()
            .filter(|effect| **effect == Effect::TellLosers)
            .count();
        check(&desk, &books, &held, before, losers_told);
    }
    desk.check_replay();
}

fn check(desk: &Desk, books: &Books, held: &Held, before: Phase, losers_told: usize) {
    let called_off = desk.request.state().called_off;
    let kept = with_held(books, held);
    let state = desk.request.state();
    let open = books.values().any(|(_, concluded)| !concluded);
    for (line, asked) in ASKED {
        assert_eq!(state.taken(line), total(&kept, line, false));
        assert_eq!(state.awarded(line), total(books, line, true));
        assert!(state.taken(line) <= Decimal::from(asked));
    }
    if before.is_terminal() {
        assert!(desk.phase().is_terminal(), "an end is an end");
        let ends = [
            Phase::Awarded,
            Phase::PartlyAwarded,
            Phase::NoAward,
            Phase::Cancelled,
        ];
        let amended = ends.contains(&before) && ends.contains(&desk.phase());
        assert!(amended || desk.phase() == before);
        let none = matches!(desk.phase(), Phase::NoAward | Phase::Cancelled);
        assert!(!ends.contains(&desk.phase()) || none == books.is_empty());
    }
    let complete =
        total(books, 1, true) == Decimal::from(10) && total(books, 2, true) == Decimal::from(20);
    assert_eq!(desk.phase() == Phase::Awarded, complete && !called_off);
    let waits = desk.phase() == Phase::Awarding && open;
    assert!(state.wake_at().is_some() || waits || desk.phase().is_terminal());
    assert!(losers_told <= 1);
    let ended_by_choice = matches!(
        desk.phase(),
        Phase::Awarded | Phase::NoAward | Phase::Expired
    );
    assert!(!ended_by_choice || losers_told == 1);
    assert!(!open || matches!(desk.phase(), Phase::Awarding | Phase::Awarded));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_are_right(moves in moves()) {
        play(moves);
    }
}
