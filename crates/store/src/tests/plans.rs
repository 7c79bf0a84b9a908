//! What runs all day uses an index, however long the tables grow.

use sqlx::{AssertSqlSafe, Row};

use super::*;
use crate::{
    blob, contact, deal_list, document, log, moments, notice, outbox::queue, report, stamp, wake,
};

async fn plan(store: &Store, sql: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let mut reader = store.reader().await;
    let rows = sqlx::query(explain)
        .fetch_all(&mut reader.connection)
        .await
        .unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// A scan is a walk through all rows, unless it is of a subquery, whose own lines are looked at.
fn walks_all(line: &str) -> bool {
    line.starts_with("SCAN") && !line.starts_with("SCAN (") && !line.contains("CONSTANT ROW")
}

#[tokio::test]
async fn frequent_questions_walk_no_whole_table() {
    let store = Store::in_memory().await.unwrap();
    let questions = [
        (queue::DUE, "outbox_due"),
        (moments::NEXT, "deal_wake"),
        (moments::NEXT, "dialogue_wake"),
        (moments::NEXT, "notice_snoozed"),
        (moments::NEXT, "stamp_wish_due"),
        (moments::NEXT, "report_due"),
        (moments::NEXT, "log_proof_due"),
        (moments::NEXT, "outbox_due"),
        (moments::NEXT, "outbox_expiry"),
        (queue::EXPIRE, "outbox_expiry"),
        (queue::STEP_FORWARD, "outbox_open"),
        (queue::WAKE, "outbox_front"),
        (wake::DUE, "dialogue_wake"),
        (report::DUE, "report_due"),
        (stamp::DUE, "stamp_wish_due"),
        (log::DUE, "log_proof_due"),
        (log::OF_DEAL, "log_proof_deal"),
        (document::OF_DIALOGUE, "document_recipient"),
        (document::LAST_IN_CHAIN, "document_chain"),
        (blob::named::SHARED, "attachment_sha256"),
        (blob::named::OF_DEAL, "attachment_deal"),
    ];
    for (sql, index) in questions {
        let plan = plan(&store, sql).await;
        assert!(!plan.iter().any(|line| walks_all(line)), "{sql}\n{plan:#?}");
        assert!(
            plan.iter().any(|line| line.contains(index)),
            "{sql}\n{plan:#?}"
        );
    }
}

#[tokio::test]
async fn what_is_due_comes_out_of_the_index_in_order() {
    let store = Store::in_memory().await.unwrap();
    let ordered = [
        (queue::DUE, "outbox_due"),
        (deal_list::LIST, "deal_order"),
        (deal_list::LIST_AFTER, "deal_order"),
        (notice::UNACKNOWLEDGED, "notice_open"),
        (contact::EVICT, "contact_unmet"),
    ];
    for (sql, index) in ordered {
        let plan = plan(&store, sql).await;
        assert!(
            plan.iter().any(|line| line.contains(index)),
            "{sql}\n{plan:#?}"
        );
        assert!(
            !plan.iter().any(|line| line.contains("TEMP B-TREE")),
            "{sql}\n{plan:#?}"
        );
    }
}

#[tokio::test]
async fn a_walk_through_a_table_is_noticed() {
    let store = Store::in_memory().await.unwrap();
    let plan = plan(&store, "SELECT * FROM outbox WHERE attempts > 3").await;
    assert!(plan.iter().any(|line| walks_all(line)), "{plan:?}");
}
