//! What a seller does next: one thing of those that the screen invites to, or that should not be done.

use opener_negotiation::dialogue::{Command, Phase, State};
use opener_sim::Actor;
use opener_trade::{
    List, PeerText,
    document::{Chat, Decline, DeclineReason, Hold},
};

use super::{
    market::{Market, pick},
    papers,
};

/// What a seller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    MeanToBid,
    Decline,
    Bid,
    Withdraw,
    Counter,
    Accept,
    Refuse,
    GiveTime,
    Hold,
    Respond,
    LetGo,
    Sign,
    Amend,
    Write,
}

/// What a phase invites to; what is named twice is twice as likely.
const fn moves(phase: Phase) -> &'static [Move] {
    use Move::*;
    match phase {
        Phase::Delivered => &[Bid, Bid, Bid, Bid, Bid, Bid, MeanToBid, Decline],
        Phase::Engaged => &[Bid, Bid, Bid, Decline, Write],
        Phase::BidStanding => &[
            Bid, Bid, Withdraw, Withdraw, Counter, Counter, GiveTime, Hold,
        ],
        Phase::CounteredByBuyer => &[Accept, Accept, Refuse, Counter, Withdraw, Bid],
        Phase::CounteredBySeller => &[Refuse, Withdraw, Bid],
        Phase::NeedsReconfirm => &[Bid, Bid, Bid, Withdraw, Decline],
        Phase::Ordered => &[Respond, Respond, Respond, Withdraw, Write],
        Phase::Answered | Phase::Conditional => &[LetGo, LetGo, LetGo, Write],
        Phase::Concluded => &[Sign, Amend, Amend, Amend, Amend, Withdraw, Write],
        Phase::BidLate => &[Bid, Write],
        _ => &[],
    }
}

impl Market {
    /// A seller looks at the screen and does something.
    pub async fn seller_acts(&mut self, seller: Actor) {
        let Some(screen) = self.screen(seller).await else {
            return;
        };
        let Some(state) = screen.dialogues.first() else {
            return;
        };
        let moves = moves(state.phase);
        if moves.is_empty() {
            return;
        }
        let chosen = *pick(&mut self.random, moves);
        match chosen {
            Move::Counter => self.counters(seller, None, state).await,
            Move::Sign => self.signs(seller, None).await,
            Move::Amend => self.amends(seller, None, state).await,
            Move::LetGo => self.lets_go(seller, state).await,
            _ => {
                if let Some(command) = self.words_of(seller, chosen, state) {
                    self.says(seller, None, command).await;
                }
            }
        }
    }

    /// A seller who has an order answers it.
    pub async fn seller_answers(&mut self, seller: Actor) {
        let Some(screen) = self.screen(seller).await else {
            return;
        };
        let Some(state) = screen.dialogues.first() else {
            return;
        };
        if state.phase == Phase::Ordered
            && let Some(command) = self.words_of(seller, Move::Respond, state)
        {
            self.says(seller, None, command).await;
        }
    }

    fn words_of(&mut self, seller: Actor, chosen: Move, state: &State) -> Option<Command> {
        let now = self.world.clock(seller);
        let name = self.world.name(seller).to_owned();
        let random = &mut self.random;
        Some(match chosen {
            Move::MeanToBid => Command::Intent,
            Move::Decline => Command::Decline(Decline {
                rfp: state.rfp.id(),
                reason: DeclineReason::NoStock,
                remark: PeerText::default(),
            }),
            Move::Bid => Command::Bid(Box::new(papers::bid(random, now, &state.rfp, &name))),
            Move::Withdraw => Command::WithdrawBid(PeerText::default()),
            Move::Accept => Command::AcceptCounter,
            Move::Refuse => Command::RefuseCounter(PeerText::default()),
            Move::GiveTime => {
                Command::GrantExtension(papers::grant(random, state.standing.as_ref()?))
            }
            Move::Hold => Command::Hold(Hold {
                until: papers::later(random, now, 60),
                remark: PeerText::default(),
            }),
            Move::Respond => {
                let answer = papers::response(random, state.order.as_ref()?);
                Command::Respond(Box::new(answer))
            }
            _ => Command::Chat(Chat {
                text: "From Kassel, on Tuesdays.".parse().ok()?,
                attachments: List::default(),
            }),
        })
    }
}
