//! The list of deals as a person reads it: one statement a page, whatever the page asks for.

use opener_trade::DealId;
use sqlx::sqlite::SqliteRow;

use crate::{
    DealCounts, DealFilter, ListedDeal, Read, Role, StoreError, Write,
    deal::deal_row,
    row::{Fields, rows},
};

/// Words that find one deal at most: title, names of both sides and of the lines, in a long request.
pub(crate) const DEAL_WORDS: usize = 500;

/// The keys of the order stand in the index `deal_order` word for word. Every word asked for must begin one of the
/// deal's words: `char(1114111)` is the last character there is.
macro_rules! list {
    ($after:literal) => {
        concat!(
            "SELECT deal.*, (SELECT count(*) FROM notice WHERE notice.deal = deal.deal AND acknowledged_at IS NULL)
                AS unread,
            (SELECT ifnull(nullif(own_name, ''), name) FROM contact WHERE peer = substr(leads, 1, 32)) AS name_1,
            (SELECT ifnull(nullif(own_name, ''), name) FROM contact WHERE peer = substr(leads, 33, 32)) AS name_2,
            (SELECT ifnull(nullif(own_name, ''), name) FROM contact WHERE peer = substr(leads, 65, 32)) AS name_3
            FROM deal WHERE (?1 IS NULL OR role = ?1) AND (?2 = 0 OR needs_me = 1) AND (?3 IS NULL OR is_over = ?3)
            AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS asked WHERE NOT EXISTS (SELECT 1 FROM deal_word
                WHERE deal_word.deal = deal.deal AND word >= asked.value AND word < asked.value || char(1114111)))",
            $after,
            " ORDER BY 1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal LIMIT ?4"
        )
    };
}

pub(crate) const LIST: &str = list!("");

pub(crate) const LIST_AFTER: &str = list!(
    " AND (1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal) > (
        SELECT 1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal FROM deal WHERE deal = ?6)"
);

const COUNT: &str =
    "SELECT count(*) AS total, sum(needs_me) AS needs_me, sum(role = 'buyer') AS buying,
    sum(role = 'seller') AS selling, sum(is_over) AS over FROM deal HAVING count(*) > 0";

const ADD_WORDS: &str =
    "INSERT OR IGNORE INTO deal_word (deal, word) SELECT ?1, value FROM json_each(?2) WHERE value <> ''
    LIMIT max(0, ?3 - (SELECT count(*) FROM deal_word WHERE deal = ?1))";

impl Write<'_> {
    /// Lets these words find a deal too. Words beyond the 500th of a deal are left out.
    ///
    /// # Errors
    /// The deal is not kept, or the database cannot be written.
    pub async fn add_deal_words(
        &mut self,
        deal: DealId,
        words: impl IntoIterator<Item = String>,
    ) -> Result<(), StoreError> {
        sqlx::query(ADD_WORDS)
            .bind(deal.as_bytes().as_slice())
            .bind(json_list(words))
            .bind(rows(DEAL_WORDS))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Read<'_> {
    /// Deals that need the person here first, then by who must act soonest, then the newest first; at most `limit`,
    /// beginning after the deal `after`, the last one of the page before, where it stands now.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deals(
        &mut self,
        filter: &DealFilter,
        limit: usize,
        after: Option<DealId>,
    ) -> Result<Vec<ListedDeal>, StoreError> {
        let query = sqlx::query(if after.is_some() { LIST_AFTER } else { LIST })
            .bind(filter.role.map(Role::name))
            .bind(filter.needs_me_only)
            .bind(filter.over)
            .bind(rows(limit))
            .bind(json_list(filter.words.iter().cloned()));
        let query = match &after {
            Some(deal) => query.bind(deal.as_bytes().as_slice()),
            None => query,
        };
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(listed).collect()
    }

    /// How many deals there are of each sort.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deal_counts(&mut self) -> Result<DealCounts, StoreError> {
        let query = sqlx::query(COUNT);
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        let Some(row) = row else {
            return Ok(DealCounts::default());
        };
        Ok(DealCounts {
            all: row.count("total")?,
            needs_me: row.count("needs_me")?,
            buying: row.count("buying")?,
            selling: row.count("selling")?,
            over: row.count("over")?,
        })
    }
}

fn listed(row: &SqliteRow) -> Result<ListedDeal, StoreError> {
    let deal = deal_row(row)?;
    let mut names = Vec::with_capacity(deal.summary.leads.len());
    for (column, _) in ["name_1", "name_2", "name_3"]
        .into_iter()
        .zip(&deal.summary.leads)
    {
        names.push(row.plain::<Option<String>>(column)?.unwrap_or_default());
    }
    Ok(ListedDeal {
        unread: row.count("unread")?,
        names,
        row: deal,
    })
}

/// Words as a JSON list, which SQLite takes apart again. They hold letters and digits alone.
fn json_list(words: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<String> = words
        .into_iter()
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect())
        .map(|word: String| format!("\"{word}\""))
        .collect();
    format!("[{}]", quoted.join(","))
}
