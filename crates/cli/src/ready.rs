//! The line that a server prints when it is ready, and the file by which its gateway is found.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use opener_trade::{Address, PeerId};
use serde::{Deserialize, Serialize};

/// What a server says when it is ready: one line of JSON on standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// Who it is.
    pub peer_id: PeerId,
    /// Where it is reached, each address with `/p2p/…`.
    pub addresses: Vec<Address>,
    /// A peer's gateway.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub door: Option<Door>,
    /// A directory's page for operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
}

/// Where a gateway is, and the token it wants.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// Its address, e.g. `http://127.0.0.1:8765`.
    pub gateway: String,
    /// Its token: whoever has it acts for the peer.
    pub token: String,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door")
            .field("gateway", &self.gateway)
            .finish_non_exhaustive()
    }
}

/// Name of the file in a peer's data folder.
const FILE: &str = "gateway.json";

impl Door {
    /// Keeps the door in a data folder, for its owner alone: written beside and renamed, so that nobody reads half of it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, data: &Path) -> Result<Kept> {
        let path = data.join(FILE);
        let fresh = data.join(format!("{FILE}.new"));
        let write = || -> io::Result<()> {
            // One from a crash may lie there with other permissions.
            drop(fs::remove_file(&fresh));
            let mut file = private().open(&fresh)?;
            file.write_all(serde_json::to_string(self).unwrap_or_default().as_bytes())?;
            file.write_all(b"\n")?;
            fs::rename(&fresh, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Kept(path))
    }

    /// Finds the door of the peer that runs on this data folder.
    ///
    /// # Errors
    /// No peer has been started there, or the file is no such file.
    pub fn find(data: &Path) -> Result<Self> {
        let path = data.join(FILE);
        let text = fs::read_to_string(&path).with_context(|| {
            let data = data.display();
            format!("no peer runs on {data}: start one with `opener peer --data {data}`, or give --gateway and --token")
        })?;
        serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is damaged: start the peer again, it writes a new one",
                path.display()
            )
        })
    }
}

/// The file while its server runs; dropped, it is removed.
#[derive(Debug)]
pub struct Kept(PathBuf);

impl Drop for Kept {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// A new file that only its owner may read.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door() -> Door {
        Door {
            gateway: "http://127.0.0.1:1".to_owned(),
            token: "secret".to_owned(),
        }
    }

    #[test]
    fn a_door_is_found_while_it_is_kept_and_not_after() {
        let data = tempfile::tempdir().unwrap();
        assert!(
            Door::find(data.path())
                .unwrap_err()
                .to_string()
                .contains("opener peer")
        );
        let kept = door().keep(data.path()).unwrap();
        assert_eq!(Door::find(data.path()).unwrap(), door());
        drop(kept);
        assert!(Door::find(data.path()).is_err());
    }

    #[test]
    fn what_a_crash_left_behind_is_replaced() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(FILE), "{\"gateway\":").unwrap();
        fs::write(data.path().join("gateway.json.new"), "half").unwrap();
        assert!(
            Door::find(data.path())
                .unwrap_err()
                .to_string()
                .contains("damaged")
        );
        let _kept = door().keep(data.path()).unwrap();
        assert_eq!(Door::find(data.path()).unwrap(), door());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_token() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        let kept = door().keep(data.path()).unwrap();
        assert_eq!(
            fs::metadata(&kept.0).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(!format!("{:?}", door()).contains("secret"));
    }

    #[test]
    fn the_ready_line_of_a_peer_is_flat() {
        let id = opener_trade::Identity::from_seed([7; 32]).peer_id();
        let ready = Ready {
            ready: true,
            peer_id: id,
            addresses: vec![],
            door: Some(door()),
            http: None,
        };
        let line = serde_json::to_string(&ready).unwrap();
        assert!(line.starts_with("{\"ready\":true,\"peer_id\":\""));
        assert!(line.ends_with(
            "\"addresses\":[],\"gateway\":\"http://127.0.0.1:1\",\"token\":\"secret\"}"
        ));
        assert_eq!(serde_json::from_str::<Ready>(&line).unwrap(), ready);
    }
}
