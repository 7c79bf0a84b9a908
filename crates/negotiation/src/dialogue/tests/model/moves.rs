//! What may happen next.

use proptest::prelude::*;

use crate::Role;

/// One random step.
#[derive(Debug, Clone)]
pub(super) enum Move {
    /// Minutes pass.
    Wait(i64),
    /// A side notices the time.
    Tick(Role),
    /// A side says something, if it may.
    Say(Saying),
    /// The post takes a document of this side to the other: the oldest, or one out of turn.
    Post(Role, usize, Post),
    /// The post takes an answer back.
    Answer(usize),
}

/// What the post does with a document and its answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Post {
    Both,
    AnswerLater,
    AnswerLost,
}

/// What a side says.
#[derive(Debug, Clone)]
pub(super) enum Saying {
    Intent,
    Decline,
    Bid {
        commitment: Firmness,
        price: u32,
        valid: i64,
    },
    Improve,
    Withdraw,
    Respond(u8),
    Order(Taking),
    Confirm(bool),
    NotChosen,
    Ask,
    /// The deadline of the last round, in minutes from now.
    LastRound(i64),
    /// A stamp of the newest bid, so many minutes ago.
    Prove(i64),
    Counter(Role, u32, i64),
    /// Refused where false; by its own side, taken back.
    AnswerCounter(Role, bool),
    AskExtension(i64),
    Extend(i64, Option<i64>),
    RefuseExtension,
    Hold(Role, i64),
    Revise,
    Cancel,
    Lapse,
    AdmitLate,
    Terms(Role, bool),
    /// So many desks instead; none cancels the order. For so many minutes.
    Propose(Role, u8, i64),
    /// Refused where false; by its own side, taken back.
    AnswerProposal(Role, bool),
    Release,
    Chat(Role),
    Unknown(Role),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Firmness {
    Indicative,
    Revocable,
    Firm(i64),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Taking {
    Whole,
    Less,
    Earlier,
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Buyer), Just(Role::Seller)]
}

pub(super) fn firmness() -> impl Strategy<Value = Firmness> {
    prop_oneof![
        Just(Firmness::Indicative),
        Just(Firmness::Revocable),
        (5..150i64).prop_map(Firmness::Firm),
    ]
}

pub(super) fn saying() -> impl Strategy<Value = Saying> {
    prop_oneof![
        1 => Just(Saying::Intent),
        1 => prop::bool::weighted(0.3).prop_map(|yes| if yes { Saying::Decline } else { Saying::Intent }),
        10 => (firmness(), 90..110u32, 5..250i64)
            .prop_map(|(commitment, price, valid)| Saying::Bid { commitment, price, valid }),
        4 => Just(Saying::Improve),
        2 => Just(Saying::Withdraw),
        7 => (0..4u8).prop_map(Saying::Respond),
        12 => prop_oneof![6 => Just(Taking::Whole), 2 => Just(Taking::Less), 1 => Just(Taking::Earlier)]
            .prop_map(Saying::Order),
        5 => any::<bool>().prop_map(Saying::Confirm),
        1 => Just(Saying::NotChosen),
        1 => Just(Saying::Cancel),
        1 => Just(Saying::Revise),
        1 => Just(Saying::Ask),
        3 => (1..60i64).prop_map(Saying::LastRound),
        3 => (0..40i64).prop_map(Saying::Prove),
        1 => (1..60i64).prop_map(Saying::AskExtension),
        2 => (0..60i64, prop::option::of(0..60i64)).prop_map(|(valid, firm)| Saying::Extend(valid, firm)),
        1 => Just(Saying::RefuseExtension),
        2 => (role(), 0..60i64).prop_map(|(role, until)| Saying::Hold(role, until)),
        8 => (role(), 80..110u32, 1..60i64)
            .prop_map(|(role, price, valid)| Saying::Counter(role, price, valid)),
        6 => (role(), prop::bool::weighted(0.7))
            .prop_map(|(role, yes)| Saying::AnswerCounter(role, yes)),
        1 => Just(Saying::Lapse),
        4 => Just(Saying::AdmitLate),
        4 => (role(), prop::bool::weighted(0.8)).prop_map(|(role, full)| Saying::Terms(role, full)),
        6 => (role(), prop_oneof![3 => 6..10u8, 1 => Just(0)], 1..60i64)
            .prop_map(|(role, desks, valid)| Saying::Propose(role, desks, valid)),
        6 => (role(), prop::bool::weighted(0.8))
            .prop_map(|(role, yes)| Saying::AnswerProposal(role, yes)),
        3 => Just(Saying::Release),
        1 => role().prop_map(Saying::Chat),
        1 => role().prop_map(Saying::Unknown),
    ]
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    let post = prop_oneof![
        6 => Just(Post::Both),
        2 => Just(Post::AnswerLater),
        1 => Just(Post::AnswerLost),
    ];
    prop_oneof![
        3 => (0..12i64).prop_map(Move::Wait),
        1 => (12..60i64).prop_map(Move::Wait),
        2 => role().prop_map(Move::Tick),
        9 => saying().prop_map(Move::Say),
        10 => (role(), prop_oneof![3 => Just(0), 1 => 0..4usize], post)
            .prop_map(|(role, place, post)| Move::Post(role, place, post)),
        2 => (0..4usize).prop_map(Move::Answer),
    ]
}
