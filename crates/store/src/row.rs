//! Columns to values and back. A column that does not read as its type is damage, never a panic.

use opener_trade::{DealId, DocumentId, Money, PeerId, Reason, Timestamp};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};

use crate::{StoreError, word::Word};

/// What a row names by its bytes.
pub(crate) trait Id: Sized {
    /// None where the bytes are not as many as they must be.
    fn of_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! ids {
    ($($name:ident = $from:path;)*) => { $(
        impl Id for $name {
            fn of_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map($from)
            }
        }
    )* };
}

ids! {
    DealId = DealId::from_bytes;
    DocumentId = DocumentId::from_bytes;
    PeerId = PeerId::from_own_record;
}

/// Reads the columns of one row.
pub(crate) trait Fields {
    fn plain<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
        &'r self,
        column: &'static str,
    ) -> Result<T, StoreError>;

    fn id<T: Id>(&self, column: &'static str) -> Result<T, StoreError> {
        T::of_bytes(self.plain(column)?).ok_or_else(|| damaged(column))
    }

    /// An id, or nothing where the column is empty.
    fn maybe_id<T: Id>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        if self.plain::<&[u8]>(column)?.is_empty() {
            Ok(None)
        } else {
            self.id(column).map(Some)
        }
    }

    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.plain(column).map(Timestamp::from_millis)
    }

    fn maybe_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let millis: Option<i64> = self.plain(column)?;
        Ok(millis.map(Timestamp::from_millis))
    }

    fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.plain(column)?).map_err(|_| damaged(column))
    }

    fn word<T: Word>(&self, column: &'static str) -> Result<T, StoreError> {
        T::from_word(self.plain(column)?).ok_or_else(|| damaged(column))
    }

    fn maybe_word<T: Word>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let word: Option<&str> = self.plain(column)?;
        word.map(|word| T::from_word(word).ok_or_else(|| damaged(column)))
            .transpose()
    }

    fn maybe_reason(&self, column: &'static str) -> Result<Option<Reason>, StoreError> {
        let number: Option<i64> = self.plain(column)?;
        let number = number
            .map(u16::try_from)
            .transpose()
            .map_err(|_| damaged(column))?;
        Ok(number.map(Reason::from_number))
    }

    fn maybe_money(
        &self,
        minor: &'static str,
        currency: &'static str,
    ) -> Result<Option<Money>, StoreError> {
        let amount: Option<i64> = self.plain(minor)?;
        let code: Option<&str> = self.plain(currency)?;
        let Some((amount, code)) = amount.zip(code) else {
            return Ok(None);
        };
        let currency = code.parse().map_err(|_| damaged(currency))?;
        Ok(Some(Money::from_minor(amount, currency)))
    }
}

impl Fields for SqliteRow {
    fn plain<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
        &'r self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        Ok(self.try_get(column)?)
    }
}

pub(crate) fn damaged(column: &'static str) -> StoreError {
    StoreError::Damaged(sqlx::Error::Decode(
        format!("{column} is out of its range").into(),
    ))
}

/// The bytes of an id, or none.
pub(crate) fn or_empty<const N: usize>(id: Option<&[u8; N]>) -> &[u8] {
    id.map_or(&[], |bytes| bytes.as_slice())
}

/// A counter as a column. Beyond 63 bits it reads as the largest: no chain or listing lives so long, and the signed
/// bytes keep what was said.
pub(crate) fn counter(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A number of rows to return.
pub(crate) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(crate) fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::millis)
}

pub(crate) fn reason_number(reason: Option<Reason>) -> Option<i64> {
    reason.map(|reason| i64::from(reason.number()))
}
