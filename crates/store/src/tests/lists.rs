//! The list of deals: order, pages, filters, words, names, what is unread.

use opener_trade::words::tokens;

use super::{boards::row, *};
use crate::{
    DealCounts, DealFilter, DealRow, DealSummary, Loud, NewContact, NewNotice, Role,
    deal_list::DEAL_WORDS,
};

async fn listed(
    store: &Store,
    filter: &DealFilter,
    limit: usize,
    after: Option<DealId>,
) -> Vec<DealId> {
    let found = store.read().deals(filter, limit, after).await.unwrap();
    found.iter().map(|listed| listed.row.deal).collect()
}

fn over(row: DealRow) -> DealRow {
    let summary = DealSummary {
        is_over: true,
        ..row.summary
    };
    DealRow { summary, ..row }
}

fn saying(text: &str) -> DealFilter {
    DealFilter {
        words: tokens(text).into_iter().collect(),
        ..DealFilter::default()
    }
}

on_both! {
    async fn deals_that_need_me_come_first_then_the_soonest_then_the_newest(store) {
        let all = [
            row(1, false, None, 30), row(2, true, None, 10), row(3, true, Some(90), 20), row(4, true, Some(80), 5),
            row(5, false, Some(10), 1), over(row(6, false, None, 40)), row(7, true, Some(80), 6),
        ];
        assert_eq!(store.read().deal_counts().await.unwrap(), DealCounts::default());
        for row in &all {
            change!(store, tx => tx.upsert_deal(row));
        }
        let order = [7, 4, 3, 2, 5, 6, 1].map(deal);
        let every = DealFilter::default();
        assert_eq!(listed(store, &every, 9, None).await, order);
        let mut seen = vec![];
        while let page = listed(store, &every, 3, seen.last().copied()).await && !page.is_empty() {
            seen.extend(page);
        }
        assert_eq!(seen, order);
        assert_eq!(listed(store, &every, 9, Some(deal(99))).await, []);
        let mine = DealFilter { needs_me_only: true, ..every.clone() };
        assert_eq!(listed(store, &mine, 9, None).await, [7, 4, 3, 2].map(deal));
        let selling = DealFilter { role: Some(Role::Seller), ..every.clone() };
        assert_eq!(listed(store, &selling, 9, Some(deal(4))).await, [2, 6].map(deal));
        let done = DealFilter { over: Some(true), ..every.clone() };
        assert_eq!(listed(store, &done, 9, None).await, [deal(6)]);
        let open = DealFilter { over: Some(false), ..every };
        assert_eq!(listed(store, &open, 9, Some(deal(5))).await, [deal(1)]);
        let counts = DealCounts { all: 7, needs_me: 4, buying: 4, selling: 3, over: 1 };
        assert_eq!(store.read().deal_counts().await.unwrap(), counts);
    }

    async fn a_deal_is_found_by_each_of_its_words(store) {
        let texts = ["사무용의자 200개, 한강가구", "Bürostühle für Köln", "의사 자리 office chairs"];
        for (n, text) in (1..).zip(texts) {
            change!(store, tx => tx.upsert_deal(&row(n, false, None, 1)));
            change!(store, tx => tx.add_deal_words(deal(n), tokens(text)));
        }
        for (asked, found) in [
            ("의자", vec![1]), ("가구", vec![1]), ("bürost", vec![2]), ("CHAIR office", vec![3]), ("의사", vec![3]),
            ("의", vec![1, 3]), ("의자 köln", vec![]), ("hairs", vec![]), ("  ", vec![1, 2, 3]),
            ("%_\"]", vec![1, 2, 3]),
        ] {
            let mut deals = listed(store, &saying(asked), 9, None).await;
            deals.sort();
            assert_eq!(deals, found.into_iter().map(deal).collect::<Vec<_>>(), "{asked}");
        }
    }

    async fn words_beyond_the_last_that_is_kept_find_nothing(store) {
        change!(store, tx => tx.upsert_deal(&row(1, false, None, 1)));
        let words = |from: usize, to: usize| (from..to).map(|n| format!("word{n:04}"));
        change!(store, tx => tx.add_deal_words(deal(1), words(0, DEAL_WORDS - 1)));
        change!(store, tx => tx.add_deal_words(deal(1), words(0, DEAL_WORDS - 1)));
        change!(store, tx => tx.add_deal_words(deal(1), words(DEAL_WORDS - 1, DEAL_WORDS + 1)));
        assert_eq!(listed(store, &saying("word0499"), 9, None).await, [deal(1)]);
        assert_eq!(listed(store, &saying("word0500"), 9, None).await, []);
    }

    async fn a_row_names_the_leads_and_counts_what_is_unread(store) {
        let summary = DealSummary { leads: vec![peer(4), peer(5)], ..DealSummary::default() };
        change!(store, tx => tx.upsert_deal(&DealRow { summary, ..row(1, false, None, 1) }));
        change!(store, tx => tx.upsert_deal(&row(2, false, None, 1)));
        change!(store, tx => tx.upsert_contact(NewContact {
            peer: peer(5), listing: b"", listing_seq: 0, name: "Bo", addresses: &[], source: "", at: at(1),
        }));
        let notice = |kind| NewNotice { at: at(1), deal: Some(deal(1)), peer: None, kind, document: None, loud: Loud::Rings };
        change!(store, tx => tx.notify(notice("bid")));
        change!(store, tx => tx.notify(notice("chat")));
        let id = store.read().notices(true, 1, None).await.unwrap()[0].id;
        change!(store, tx => tx.acknowledge(id, at(2)));
        let rows = store.read().deals(&DealFilter::default(), 9, None).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.unread, row.names.clone())).collect();
        assert_eq!(told, [(1, vec![String::new(), "Bo".into()]), (0, vec![])]);
    }
}
