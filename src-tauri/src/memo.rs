//! What the window remembers beside the deals: the language, and what it has said once.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::words::Language;

/// Name of the file in the data folder.
const FILE: &str = "window.json";

/// What the window remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memo {
    /// The language of tray and notifications.
    pub language: Language,
    /// Whether it was said that a closed window leaves the program running.
    pub told_still_here: bool,
}

impl Memo {
    /// Reads the memo; a missing or damaged one is empty, since it decides about nothing.
    pub fn load(data: &Path) -> Self {
        let text = fs::read(data.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Writes the memo.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep(self, data: &Path) -> io::Result<()> {
        let beside = data.join(format!("{FILE}.new"));
        fs::write(&beside, serde_json::to_vec(&self)?)?;
        fs::rename(beside, data.join(FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_is_kept_and_a_damaged_one_is_empty() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(Memo::load(data.path()), Memo::default());
        let memo = Memo {
            language: Language::Ko,
            told_still_here: true,
        };
        memo.keep(data.path()).unwrap();
        assert_eq!(Memo::load(data.path()), memo);
        fs::write(data.path().join(FILE), "{").unwrap();
        assert_eq!(Memo::load(data.path()), Memo::default());
    }
}
