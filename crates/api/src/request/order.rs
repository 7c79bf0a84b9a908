//! Orders and their answers.

use opener_decision::LinePart;
use opener_negotiation::{
    Role,
    dialogue::{Command, Placed, State},
};
use opener_peer::{Handle, OrderPart};
use opener_trade::{
    DealId, DocumentId, Duration, List, Number, PeerId, PeerText, Period, Reason,
    document::{OrderResponse, Price, ResponseLine, ResponseStatus},
    limits::{LINES, LOTS, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::find::{dialogue, dialogue_of_bid, require_buyer};
use crate::{ApiError, Code, view::Signed};

/// Orders on a seller's standing bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OrderPlace {
    /// The deal.
    pub deal: DealId,
    /// The seller; or name the bid.
    pub seller: Option<PeerId>,
    /// The bid; it must be the one that stands. Naming it makes sure that no revised bid is ordered unseen.
    pub bid: Option<DocumentId>,
    /// These lines, and how much of each: the rest may be ordered elsewhere. Not beside lots.
    #[serde(default)]
    #[ts(optional, as = "Option<List<LinePart, LINES>>")]
    pub lines: List<LinePart, LINES>,
    /// These lots; with no lines and no lots named, every line of the bid.
    #[serde(default)]
    #[ts(optional, as = "Option<List<u16, LOTS>>")]
    pub lots: List<u16, LOTS>,
    /// Seconds that the seller may take to answer, at most 30 days; a day if nothing is said.
    pub answer_within_s: Option<u32>,
}

/// The answer to one ordered line. What is left out stays as ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LineAnswer {
    /// The ordered line.
    pub line: u32,
    /// Accepted, changed or refused.
    pub status: ResponseStatus,
    /// How much.
    pub quantity: Option<Number>,
    /// At what price.
    pub price: Option<Price>,
    /// When.
    pub window: Option<Period>,
    /// Why.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

/// The answer to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OrderAnswer {
    /// As ordered; or, as the buyer, as the seller changed it.
    Accept,
    /// Not at all.
    Refuse,
    /// Seller: line by line. Every ordered line is named; several answers may split one.
    Lines(List<LineAnswer, LINES>),
}

/// Answers an order, or a changed answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OrderRespond {
    /// The deal.
    pub deal: DealId,
    /// Buyer: which seller's changed answer.
    pub seller: Option<PeerId>,
    /// The answer.
    pub answer: OrderAnswer,
    /// In words.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

/// Seconds a seller has to answer if nothing is said: a working day anywhere.
const ANSWER_WITHIN_S: u32 = 24 * 3600;
/// The longest time to answer, in seconds: 30 days, as long as a bid customarily stands.
const MAX_ANSWER_WITHIN_S: u32 = 30 * 24 * 3600;

pub(super) async fn place(handle: &Handle, asked: OrderPlace) -> Result<Signed, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    require_buyer(&deal)?;
    let within = asked.answer_within_s.unwrap_or(ANSWER_WITHIN_S);
    if !(1..=MAX_ANSWER_WITHIN_S).contains(&within) {
        return Err(ApiError::invalid(
            "answer_within_s",
            format!("must be from 1 to {MAX_ANSWER_WITHIN_S}"),
        ));
    }
    let state = match (asked.bid, asked.seller) {
        (Some(bid), _) => dialogue_of_bid(&deal, bid)?,
        (None, seller) => dialogue(&deal, seller)?,
    };
    if asked.seller.is_some_and(|seller| seller != state.seller) {
        return Err(ApiError::invalid("bid", "the bid is not this seller's"));
    }
    let standing = state.standing.as_ref().map(|offer| offer.id());
    if asked.bid.is_some() && asked.bid != standing {
        let rule = "the bid does not stand any more; look at the seller's newest bid";
        return Err(ApiError {
            reason: Some(Reason::Stale),
            ..ApiError::new(Code::Rejected, rule)
        });
    }
    if !asked.lines.is_empty() && !asked.lots.is_empty() {
        return Err(ApiError::invalid("lines", "name lines or lots, not both"));
    }
    let mut named: Vec<u32> = asked.lines.iter().map(|part| part.line).collect();
    named.sort_unstable();
    if let Some(twice) = named.windows(2).find(|pair| pair[0] == pair[1]) {
        let rule = format!("line {} is named twice", twice[0]);
        return Err(ApiError::invalid("lines", rule));
    }
    let part = OrderPart {
        lines: asked.lines.into_vec(),
        lots: asked.lots.into_vec(),
        answer_within: Duration::from_secs(i64::from(within)),
    };
    let document = handle.order(asked.deal, state.seller, part).await?;
    Ok(Signed { document })
}

pub(super) async fn respond(handle: &Handle, said: OrderRespond) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, said.seller)?;
    let placed = state
        .order
        .as_ref()
        .ok_or_else(|| ApiError::not_found("order"))?;
    let response = response(state, placed, said.answer, said.remark.unwrap_or_default())?;
    let seller = (deal.role == Role::Buyer).then_some(state.seller);
    let document = handle
        .say(said.deal, seller, Command::Respond(Box::new(response)))
        .await?;
    Ok(Signed { document })
}

fn response(
    state: &State,
    placed: &Placed,
    answer: OrderAnswer,
    remark: PeerText<REMARK_BYTES>,
) -> Result<OrderResponse, ApiError> {
    let (id, order) = (placed.document.id(), placed.order());
    match (state.role, answer) {
        (_, OrderAnswer::Refuse) => Ok(OrderResponse::refuse(id, order, remark)),
        (Role::Seller, OrderAnswer::Accept) => Ok(OrderResponse {
            remark,
            ..OrderResponse::accept(id, order)
        }),
        (Role::Seller, OrderAnswer::Lines(lines)) => {
            let lines = lines.iter().enumerate().map(|(i, line)| {
                answered(placed, line).map_err(|e| e.within(&format!("answer.lines[{i}]")))
            });
            let lines: Vec<ResponseLine> = lines.collect::<Result<_, _>>()?;
            Ok(OrderResponse {
                order: id,
                lines: lines.try_into()?,
                remark,
            })
        }
        (Role::Buyer, OrderAnswer::Accept) => {
            let changed = placed
                .response
                .as_ref()
                .ok_or_else(|| ApiError::not_found("changed answer"))?;
            let kept = changed
                .body
                .lines
                .iter()
                .filter(|line| line.status != ResponseStatus::Refused);
            let lines: Vec<ResponseLine> = kept
                .map(|line| ResponseLine {
                    status: ResponseStatus::Accepted,
                    remark: PeerText::default(),
                    ..line.clone()
                })
                .collect();
            Ok(OrderResponse {
                order: id,
                lines: lines.try_into()?,
                remark,
            })
        }
        (Role::Buyer, OrderAnswer::Lines(_)) => Err(ApiError::invalid(
            "answer",
            "a changed answer is accepted or refused whole",
        )),
    }
}

fn answered(placed: &Placed, said: &LineAnswer) -> Result<ResponseLine, ApiError> {
    let ordered = placed
        .order()
        .lines
        .iter()
        .find(|ordered| ordered.line == said.line);
    let ordered = ordered.ok_or_else(|| ApiError::invalid("line", "was not ordered"))?;
    Ok(ResponseLine {
        line: said.line,
        status: said.status,
        quantity: said.quantity.unwrap_or(ordered.quantity.value),
        price: said.price.unwrap_or(ordered.price),
        window: said.window,
        remark: said.remark.clone().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use opener_trade::document::CommitmentKind;

    use super::*;
    use crate::{request::CommitmentDraft, testing::Deal};

    fn ordered(role: Role) -> State {
        let mut deal = Deal::begin();
        deal.bid(&["10", "20"]);
        deal.order();
        deal.snapshot(role).dialogues.remove(0)
    }

    fn answer(role: Role, answer: OrderAnswer) -> Result<OrderResponse, ApiError> {
        let state = ordered(role);
        response(
            &state,
            state.order.as_ref().unwrap(),
            answer,
            PeerText::default(),
        )
    }

    fn line(line: u32, status: ResponseStatus) -> LineAnswer {
        LineAnswer {
            line,
            status,
            quantity: None,
            price: None,
            window: None,
            remark: None,
        }
    }

    #[test]
    fn a_seller_accepts_refuses_or_answers_line_by_line() {
        let accepted = answer(Role::Seller, OrderAnswer::Accept).unwrap();
        assert!(
            accepted
                .lines
                .iter()
                .all(|line| line.status == ResponseStatus::Accepted)
        );
        let refused = answer(Role::Seller, OrderAnswer::Refuse).unwrap();
        assert!(
            refused
                .lines
                .iter()
                .all(|line| line.status == ResponseStatus::Refused)
        );
        let fewer = LineAnswer {
            quantity: Some("5".parse().unwrap()),
            ..line(1, ResponseStatus::Changed)
        };
        let lines = vec![fewer, line(2, ResponseStatus::Accepted)];
        let mixed = answer(Role::Seller, OrderAnswer::Lines(lines.try_into().unwrap())).unwrap();
        assert_eq!(mixed.lines[0].quantity.to_string(), "5");
        assert_eq!(
            mixed.lines[1].quantity.to_string(),
            "4",
            "what is left out stays as ordered"
        );
    }

    #[test]
    fn a_line_that_was_not_ordered_is_named() {
        let lines = vec![line(9, ResponseStatus::Accepted)];
        let error =
            answer(Role::Seller, OrderAnswer::Lines(lines.try_into().unwrap())).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("answer.lines[0].line"));
    }

    #[test]
    fn a_buyer_takes_a_changed_answer_whole_without_what_was_refused() {
        let mut deal = Deal::begin();
        let indicative = CommitmentDraft {
            kind: CommitmentKind::Indicative,
            until: None,
        };
        deal.bid_with(&["10", "20"], |bid| bid.commitment = Some(indicative));
        deal.order();
        let state = deal.snapshot(Role::Seller).dialogues.remove(0);
        let fewer = LineAnswer {
            quantity: Some("5".parse().unwrap()),
            ..line(1, ResponseStatus::Changed)
        };
        let lines = OrderAnswer::Lines(
            vec![fewer, line(2, ResponseStatus::Refused)]
                .try_into()
                .unwrap(),
        );
        let changed = response(
            &state,
            state.order.as_ref().unwrap(),
            lines,
            PeerText::default(),
        )
        .unwrap();
        deal.say(Role::Seller, Command::Respond(Box::new(changed)));

        let state = deal.snapshot(Role::Buyer).dialogues.remove(0);
        let answer = |answer| {
            response(
                &state,
                state.order.as_ref().unwrap(),
                answer,
                PeerText::default(),
            )
        };
        let part = answer(OrderAnswer::Lines(List::default())).unwrap_err();
        assert_eq!(part.field.as_deref(), Some("answer"));
        let taken = answer(OrderAnswer::Accept).unwrap();
        assert_eq!(
            (
                taken.lines.len(),
                taken.lines[0].quantity.to_string().as_str()
            ),
            (1, "5")
        );
        deal.say(Role::Buyer, Command::Respond(Box::new(taken)));
        deal.sign_terms(Role::Buyer);
        deal.sign_terms(Role::Seller);
        let bundle = serde_json::to_vec(&deal.bundle(Role::Seller)).unwrap();
        let verdict = crate::transcript::verify(&bundle);
        assert!(verdict.ok, "{verdict:#?}");
    }
}
