//! What a person keeps beside the deals: contacts and forms.

use opener_peer::{Card, ContactEdit, FORM_BYTES, FORMS, FormKind, GROUPS_OF_ONE, NewForm, Shelf};
use opener_sim::{Disk, World, papers};
use opener_trade::{Address, List, PeerText, Verified, document::Listing, sign};

use crate::cast::people;

fn edit(name: &str, groups: &[&str]) -> ContactEdit {
    ContactEdit {
        own_name: Some(papers::text(name)),
        groups: Some(groups.iter().map(|group| papers::text(group)).collect()),
    }
}

fn listing(world: &World, actor: opener_sim::Actor, seq: u64, name: &str) -> Verified<Listing> {
    let profile = papers::seller(name);
    let listing = profile.listing(world.id(actor), seq, world.now(), List::default());
    sign(world.identity(actor), listing.unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_goes_to_a_group_that_was_made_of_cards() {
    let mut world = World::new(51);
    let (anna, bo, cleo) = people(&mut world, Disk::Memory).await;

    world.section("Anna adds Bo by his card and Cleo by her id");
    let card = Card::Listing(Box::new(listing(&world, bo, 5, "Bo's bolts")));
    let by_id = Card::Address {
        peer: world.id(cleo),
        addresses: vec![Address::new("/ip4/192.0.2.7/tcp/4001").unwrap()],
    };
    for card in [card, by_id] {
        let edit = edit("Metal", &["steel"]);
        let added = world
            .act(anna, "changes the book", async |engine, now| {
                engine.add_contact(now, card, edit).await
            })
            .await
            .unwrap();
        assert!(added.1);
    }
    let members = world.engine(anna).members("steel").await.unwrap();
    assert_eq!(members.len(), 2);

    world.section("a card that is older than what is known replaces nothing");
    let older = Card::Listing(Box::new(listing(&world, bo, 4, "Bo's old shop")));
    let added = world
        .act(anna, "changes the book", async |engine, now| {
            engine.add_contact(now, older, ContactEdit::default()).await
        })
        .await
        .unwrap();
    assert!(!added.1);
    assert_eq!(added.0.contact.name, "Bo's bolts");
    assert_eq!(
        (added.0.contact.own_name.as_str(), added.0.groups),
        ("Metal", vec!["steel".to_owned()])
    );

    world.section("Anna's own card is refused, and too many groups");
    let own = Card::Listing(Box::new(listing(&world, anna, 9, "Anna")));
    let refused = world
        .act(anna, "changes the book", async |engine, now| {
            engine.add_contact(now, own, ContactEdit::default()).await
        })
        .await;
    assert!(refused.is_err());
    for groups in [vec!["x"; GROUPS_OF_ONE + 1], vec![" "]] {
        let who = world.id(bo);
        let edit = edit("Bo", &groups);
        let refused = world
            .act(anna, "changes the book", async |engine, now| {
                engine.edit_contact(now, who, edit).await
            })
            .await;
        assert!(refused.is_err());
    }

    world.section("she sends to the group");
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.settle().await;
    let rows = world
        .engine(anna)
        .deals(&Default::default(), 9, None)
        .await
        .unwrap();
    assert_eq!(rows[0].row.deal, deal);
    assert_eq!(rows[0].names, ["Metal", "Metal"]);
}

#[tokio::test]
async fn a_draft_is_not_overwritten_by_a_screen_that_has_not_read_it() {
    let mut world = World::new(52);
    let (anna, _, _) = people(&mut world, Disk::Memory).await;
    let form = |id, version, bytes: usize| NewForm {
        id,
        version,
        shelf: Shelf::Draft,
        kind: FormKind::Rfp,
        deal: None,
        name: PeerText::default(),
        form: format!("\"{}\"", "x".repeat(bytes - 2)),
    };
    let mut save = async |form| {
        world
            .act(anna, "changes the book", async |engine, now| {
                engine.save_form(now, form).await
            })
            .await
    };
    let first = save(form(None, None, 10)).await.unwrap();
    let second = save(form(Some(first.id), Some(1), 10)).await.unwrap();
    assert_eq!((second.id, second.version), (first.id, 2));
    assert!(save(form(Some(first.id), Some(1), 10)).await.is_err());
    assert!(save(form(Some(first.id + 1), None, 10)).await.is_err());
    assert!(save(form(Some(first.id), None, FORM_BYTES)).await.is_ok());
    assert!(
        save(form(Some(first.id), None, FORM_BYTES + 1))
            .await
            .is_err()
    );
    for _ in 1..FORMS {
        save(form(None, None, 10)).await.unwrap();
    }
    assert!(save(form(None, None, 10)).await.is_err());
    let gone = world
        .act(anna, "changes the book", async |engine, _| {
            engine.remove_form(Shelf::Template, first.id).await
        })
        .await;
    assert!(gone.is_err());
}
