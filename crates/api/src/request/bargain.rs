//! Revision, question and answer, counter-offer, extension, hold: what is said between request and order.

use opener_negotiation::dialogue::Command;
use opener_peer::Handle;
use opener_trade::{
    DealId, DocumentId, Duration, List, PeerId, PeerText, Timestamp,
    document::{
        Answer, Change, Commitment, Counter, ExtendGrant, ExtendRefuse, ExtendRequest, Hold,
        Question,
    },
    limits::{ANSWER_BYTES, CHANGES, QUESTION_BYTES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{find::dialogue, rfp};
use crate::{
    ApiError, clock,
    view::{QuestionsView, Signed, names},
};

macro_rules! params {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $about:literal])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
            #[serde(deny_unknown_fields)]
            #[ts(optional_fields)]
            pub struct $name {
                $($(#[doc = $about])* pub $field: $type,)*
            }
        )*
    };
}

/// Sends a revision of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RfpRevise {
    /// The deal.
    pub deal: DealId,
    /// The whole request as it stands from now on, written as for `rfp.send`.
    #[ts(type = "Record<string, unknown>")]
    pub rfp: Value,
}

params! {
    /// Asks the buyer, privately.
    QuestionSend {
        /// The deal.
        deal: DealId,
        /// The line it is about.
        line: Option<u32>,
        /// The question.
        text: PeerText<QUESTION_BYTES>,
    }
    /// Asks for the questions and answers of a request.
    QuestionList {
        /// The deal.
        deal: DealId,
    }
    /// Answers a question to every invited seller.
    AnswerSend {
        /// The deal.
        deal: DealId,
        /// The line it is about.
        line: Option<u32>,
        /// The question in words that do not name who asked.
        question: PeerText<QUESTION_BYTES>,
        /// The answer.
        text: PeerText<ANSWER_BYTES>,
        /// Which question it answers: kept here, and not told to anybody.
        about: Option<DocumentId>,
    }
    /// Makes a counter-offer on the offer that stands.
    CounterSend {
        /// The deal.
        deal: DealId,
        /// Buyer: with which seller.
        seller: Option<PeerId>,
        /// What changes; the rest of the offer stays.
        changes: List<Change, CHANGES>,
        /// It lapses then; a day from now if nothing is said.
        valid_until: Option<Timestamp>,
        /// How firmly it binds until then: revocable if nothing is said, or firm.
        commitment: Option<Commitment>,
        /// In words.
        remark: Option<PeerText<REMARK_BYTES>>,
    }
    /// Accepts the other side's counter-offer.
    CounterAccept {
        /// The deal.
        deal: DealId,
        /// Buyer: of which seller.
        seller: Option<PeerId>,
    }
    /// Refuses the other side's counter-offer, or takes one's own back; the offer before it stands.
    CounterRefuse {
        /// The deal.
        deal: DealId,
        /// Buyer: of which seller.
        seller: Option<PeerId>,
        /// Why.
        reason: Option<PeerText<REMARK_BYTES>>,
    }
    /// Asks the seller for more time on its offer.
    ExtendAsk {
        /// The deal.
        deal: DealId,
        /// Of which seller.
        seller: PeerId,
        /// It should be valid until here.
        until: Timestamp,
        /// Why.
        remark: Option<PeerText<REMARK_BYTES>>,
    }
    /// Gives more time on one's offer, asked or not.
    ExtendGive {
        /// The deal.
        deal: DealId,
        /// It can be ordered until here.
        until: Timestamp,
        /// It is firm until here; the commitment stays if nothing is said.
        firm_until: Option<Timestamp>,
    }
    /// Gives no more time.
    ExtendDeny {
        /// The deal.
        deal: DealId,
        /// Why.
        remark: Option<PeerText<REMARK_BYTES>>,
    }
    /// Promises to deal with nobody else for this until then.
    HoldSend {
        /// The deal.
        deal: DealId,
        /// Buyer: with which seller.
        seller: Option<PeerId>,
        /// Until then.
        until: Timestamp,
        /// In words.
        remark: Option<PeerText<REMARK_BYTES>>,
    }
}

/// How long a counter-offer stands if nothing is said: by the next day somebody has read it.
const COUNTER_STANDS: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn revise(handle: &Handle, said: RfpRevise) -> Result<Signed, ApiError> {
    let (rfp, _) = rfp::content(handle, said.rfp).await?;
    let document = handle.revise_rfp(said.deal, rfp).await?;
    Ok(Signed { document })
}

pub(super) async fn question(handle: &Handle, said: QuestionSend) -> Result<Signed, ApiError> {
    let rfp = handle.deal(said.deal).await?.rfp.id();
    let question = Question {
        rfp,
        line: said.line,
        text: said.text,
    };
    say(handle, said.deal, None, Command::Ask(question)).await
}

pub(super) async fn questions(
    handle: &Handle,
    asked: QuestionList,
) -> Result<QuestionsView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let names = names(handle, &deal).await?;
    let answered = handle.answered_questions(asked.deal).await?;
    Ok(QuestionsView::new(
        &deal,
        |seller| names.get(seller).cloned(),
        &answered.into_iter().collect(),
    ))
}

pub(super) async fn answer(handle: &Handle, said: AnswerSend) -> Result<Signed, ApiError> {
    let rfp = handle.deal(said.deal).await?.rfp.id();
    let answer = Answer {
        rfp,
        line: said.line,
        question: said.question,
        text: said.text,
    };
    let document = handle
        .answer_everybody(said.deal, answer, said.about)
        .await?;
    Ok(Signed { document })
}

pub(super) async fn counter(handle: &Handle, said: CounterSend) -> Result<Signed, ApiError> {
    let (offer, seller) = offer(handle, said.deal, said.seller).await?;
    let counter = Counter {
        offer,
        // The peer sets the round that is open.
        round: 1,
        changes: said.changes,
        valid_until: said
            .valid_until
            .unwrap_or_else(|| clock::now().plus(COUNTER_STANDS)),
        commitment: said.commitment.unwrap_or(Commitment::Revocable),
        remark: said.remark.unwrap_or_default(),
    };
    let document = handle
        .counter(said.deal, Some(seller), Box::new(counter))
        .await?;
    Ok(Signed { document })
}

pub(super) async fn accept(handle: &Handle, said: CounterAccept) -> Result<Signed, ApiError> {
    say(handle, said.deal, said.seller, Command::AcceptCounter).await
}

pub(super) async fn refuse(handle: &Handle, said: CounterRefuse) -> Result<Signed, ApiError> {
    let reason = said.reason.unwrap_or_default();
    say(
        handle,
        said.deal,
        said.seller,
        Command::RefuseCounter(reason),
    )
    .await
}

pub(super) async fn ask_extension(handle: &Handle, said: ExtendAsk) -> Result<Signed, ApiError> {
    let seller = Some(said.seller);
    let (offer, _) = offer(handle, said.deal, seller).await?;
    let asked = ExtendRequest {
        offer,
        until: said.until,
        remark: said.remark.unwrap_or_default(),
    };
    say(handle, said.deal, seller, Command::AskExtension(asked)).await
}

pub(super) async fn grant_extension(handle: &Handle, said: ExtendGive) -> Result<Signed, ApiError> {
    let (offer, _) = offer(handle, said.deal, None).await?;
    let grant = ExtendGrant {
        offer,
        until: said.until,
        firm_until: said.firm_until,
    };
    say(handle, said.deal, None, Command::GrantExtension(grant)).await
}

pub(super) async fn refuse_extension(
    handle: &Handle,
    said: ExtendDeny,
) -> Result<Signed, ApiError> {
    let (offer, _) = offer(handle, said.deal, None).await?;
    let refusal = ExtendRefuse {
        offer,
        remark: said.remark.unwrap_or_default(),
    };
    say(handle, said.deal, None, Command::RefuseExtension(refusal)).await
}

pub(super) async fn hold(handle: &Handle, said: HoldSend) -> Result<Signed, ApiError> {
    let hold = Hold {
        until: said.until,
        remark: said.remark.unwrap_or_default(),
    };
    say(handle, said.deal, said.seller, Command::Hold(hold)).await
}

async fn say(
    handle: &Handle,
    deal: DealId,
    seller: Option<PeerId>,
    command: Command,
) -> Result<Signed, ApiError> {
    let snapshot = handle.deal(deal).await?;
    let seller = Some(dialogue(&snapshot, seller)?.seller);
    let document = handle.say(deal, seller, command).await?;
    Ok(Signed { document })
}

/// The offer that stands in a dialogue, and its seller.
async fn offer(
    handle: &Handle,
    deal: DealId,
    seller: Option<PeerId>,
) -> Result<(DocumentId, PeerId), ApiError> {
    let snapshot = handle.deal(deal).await?;
    let state = dialogue(&snapshot, seller)?;
    let standing = state.standing.as_ref();
    let standing = standing.ok_or_else(|| ApiError::not_found("standing offer"))?;
    Ok((standing.id(), state.seller))
}
