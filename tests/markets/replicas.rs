//! One program, twice: what reaches both is the same, but not its order, nor how often it comes.

use fastrand::Rng;
use opener_negotiation::dialogue::{Command, Phase};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{
    DealId, DocumentId, Duration, List, Opened, Reason,
    document::{Answer, Chat},
    open,
};

/// Schedules of posting; each is a seed.
const CASES: u64 = 40;
/// Rounds of posting after which everything must have been taken.
const ROUNDS: usize = 200;

/// What Anna has written to everybody and to Bo: a request, chat, answers, revisions, perhaps an end.
async fn letters(random: &mut Rng) -> (World, Actor, Actor, DealId, Vec<Vec<u8>>) {
    let mut world = World::new(random.u64(..));
    let anna = world
        .join("Anna", papers::buyer("Anna's workshop"), Disk::Memory)
        .await;
    let bo = world
        .join("Bo", papers::seller("Bo's bolts"), Disk::Memory)
        .await;
    world.network().cut(anna, bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp.clone(), &[bo]).await.unwrap();
    let mut revised = rfp;
    for step in 0..random.usize(4..14) {
        match random.u8(0..4) {
            0 => {
                revised.payment = Some(papers::text(&format!("{step} days net")));
                revised.revision += 1;
                let body = revised.clone();
                let revises = async |engine: &mut opener_peer::Engine, now| {
                    engine.revise_rfp(now, deal, body).await
                };
                world.act(anna, "revises", revises).await.unwrap();
            }
            1 => {
                let answer = Answer {
                    rfp: DocumentId::from_bytes([0; 32]),
                    line: None,
                    question: papers::text("Zinc or steel?"),
                    text: papers::text("Steel."),
                };
                let answers = async |engine: &mut opener_peer::Engine, now| {
                    engine.answer_everybody(now, deal, answer, None).await
                };
                world.act(anna, "answers", answers).await.unwrap();
            }
            _ => {
                let text = papers::text(&format!("Word {step}"));
                let chat = Command::Chat(Chat {
                    text,
                    attachments: List::default(),
                });
                world.says(anna, deal, Some(bo), chat).await.unwrap();
            }
        }
    }
    if random.bool() {
        world.cancels(anna, deal).await.unwrap();
    }
    let records = world.records(anna, deal).await;
    let letters = records
        .iter()
        .map(|record| record.document.bytes().to_vec());
    let letters = letters.collect();
    (world, anna, bo, deal, letters)
}

/// Posts them in a random order, some of them twice, until each has its receipt. What comes too early waits or comes
/// again.
async fn post(world: &mut World, random: &mut Rng, from: Actor, to: Actor, letters: &[Vec<u8>]) {
    // Who is reached first by a revision begins there, and needs nothing older.
    let Some((request, others)) = letters.split_first() else {
        return;
    };
    world.hand(from, to, request).await;
    let mut waiting: Vec<&Vec<u8>> = others.iter().collect();
    let mut said = Vec::new();
    for _ in 0..ROUNDS {
        let Some(place) = (!waiting.is_empty()).then(|| random.usize(..waiting.len())) else {
            return;
        };
        let answer = world.hand(from, to, waiting[place]).await;
        let done = match open(&answer).unwrap() {
            Opened::Failure(failure) => {
                said.push(failure.detail.to_string());
                failure.reason == Reason::NotAllowed
            }
            _ => random.u8(0..3) > 0,
        };
        if done {
            waiting.swap_remove(place);
        }
        // A peer that sends too much waits: time heals that.
        world.run_for(Duration::from_secs(1)).await;
    }
    panic!("{} letters are never taken: {said:?}", waiting.len());
}

#[tokio::test]
async fn whatever_the_order_and_however_often_replicas_agree() {
    for case in 0..CASES {
        let mut seen = Vec::new();
        for order in 0..2 {
            let mut random = Rng::with_seed(case);
            let (mut world, anna, bo, deal, letters) = letters(&mut random).await;
            let mut post_random = Rng::with_seed(case * 2 + order);
            post(&mut world, &mut post_random, anna, bo, &letters).await;
            let state = world.dialogue(bo, deal, bo).await;
            let mut kept: Vec<_> = world
                .records(bo, deal)
                .await
                .iter()
                .map(|record| (record.document.id(), record.void))
                .collect();
            kept.sort_by_key(|(id, _)| *id);
            assert_eq!(kept.len(), letters.len(), "each is kept once");
            let answers = state.answers().count();
            let chain = *state.chain(opener_negotiation::Role::Buyer);
            let phase: Phase = state.phase;
            seen.push((phase, state.rfp.id(), answers, chain, kept));
        }
        assert_eq!(seen[0], seen[1], "case {case}");
    }
}
