//! The key in the keychain of the operating system: Keychain Services, the Credential Manager, or the Secret Service.
//!
//! The data folder holds the name of the entry, which is the peer id. So a lost entry is noticed, and no second
//! identity takes the place of the first.

use std::path::Path;

use opener_net::{
    identity_file::{self, SEED_BYTES},
    private_file,
};
use opener_trade::{Identity, PeerId};
use zeroize::Zeroizing;

use super::IdentityError;

/// Holds secrets by name.
pub(super) trait Vault {
    /// Reads a secret; nothing if there is none of that name.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String>;
    /// Keeps a secret.
    fn write(&self, name: &str, secret: &[u8]) -> Result<(), String>;
}

/// The keychain of this computer.
#[cfg(feature = "keychain")]
pub(super) struct System;

/// What our entries are listed under.
#[cfg(feature = "keychain")]
const SERVICE: &str = "opener";

#[cfg(feature = "keychain")]
impl Vault for System {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        let secret = keyring::Entry::new(SERVICE, name).and_then(|entry| entry.get_secret());
        match secret {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(words(&error)),
        }
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), String> {
        keyring::Entry::new(SERVICE, name)
            .and_then(|entry| entry.set_secret(secret))
            .map_err(|error| words(&error))
    }
}

/// What the keychain says, without the bytes that some of its errors hold.
#[cfg(feature = "keychain")]
fn words(error: &keyring::Error) -> String {
    match error {
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            "what it holds is damaged".to_owned()
        }
        keyring::Error::NoDefaultStore => "there is none".to_owned(),
        other => other.to_string(),
    }
}

/// Whether there is a keychain and it answers a question.
#[cfg(feature = "keychain")]
pub(super) fn answers() -> bool {
    System.read("none").is_ok()
}

/// Opens the key that the marker names, or makes one and then the marker.
///
/// # Errors
/// The keychain refuses or has lost the key, or the marker cannot be used.
pub(super) fn open(marker: &Path, vault: &impl Vault) -> Result<Identity, IdentityError> {
    match private_file::read(marker)? {
        Some(name) => find(&String::from_utf8_lossy(&name), vault),
        None => make(marker, vault),
    }
}

fn find(name: &str, vault: &impl Vault) -> Result<Identity, IdentityError> {
    let lost = || IdentityError::Lost(name.trim().chars().take(64).collect());
    let peer: PeerId = name.trim().parse().map_err(|_| lost())?;
    let secret = vault
        .read(&peer.to_string())
        .map_err(IdentityError::Keychain)?;
    let secret = secret.ok_or_else(lost)?;
    let seed = <[u8; SEED_BYTES]>::try_from(secret.as_slice()).map_err(|_| lost())?;
    let identity = Identity::from_seed(*Zeroizing::new(seed));
    if identity.peer_id() == peer {
        Ok(identity)
    } else {
        Err(lost())
    }
}

fn make(marker: &Path, vault: &impl Vault) -> Result<Identity, IdentityError> {
    let identity = identity_file::generate()?;
    keep(marker, &identity, vault)?;
    Ok(identity)
}

/// Puts this key into the keychain. The marker is written last: an entry without marker harms nobody, a marker without
/// entry would lock the folder.
///
/// # Errors
/// The keychain refuses or forgets, or the marker cannot be written.
pub(super) fn keep(
    marker: &Path,
    identity: &Identity,
    vault: &impl Vault,
) -> Result<(), IdentityError> {
    let name = identity.peer_id().to_string();
    vault
        .write(&name, &*identity.seed())
        .map_err(IdentityError::Keychain)?;
    find(&name, vault)?;
    Ok(private_file::write(marker, name.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, collections::HashMap};

    /// A keychain in memory, which may forget and refuse.
    #[derive(Default)]
    struct Memory {
        entries: RefCell<HashMap<String, Vec<u8>>>,
        locked: bool,
        forgetful: bool,
    }

    impl Vault for Memory {
        fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            Ok(self.entries.borrow().get(name).cloned().map(Zeroizing::new))
        }

        fn write(&self, name: &str, secret: &[u8]) -> Result<(), String> {
            if self.locked {
                return Err("locked".to_owned());
            }
            if !self.forgetful {
                let mut entries = self.entries.borrow_mut();
                entries.insert(name.to_owned(), secret.to_vec());
            }
            Ok(())
        }
    }

    #[test]
    fn a_key_is_made_once_and_then_found() {
        let data = tempfile::tempdir().unwrap();
        let (marker, vault) = (data.path().join("marker"), Memory::default());
        let made = open(&marker, &vault).unwrap();
        assert_eq!(open(&marker, &vault).unwrap().peer_id(), made.peer_id());
        let written = std::fs::read(&marker).unwrap();
        assert_eq!(written, made.peer_id().to_string().as_bytes());
    }

    #[test]
    fn a_lost_key_is_said_to_be_lost_and_not_replaced() {
        let data = tempfile::tempdir().unwrap();
        let (marker, vault) = (data.path().join("marker"), Memory::default());
        open(&marker, &vault).unwrap();
        let refused = open(&marker, &Memory::default());
        assert!(matches!(refused, Err(IdentityError::Lost(_))));
        for wrong in [vec![1; SEED_BYTES], vec![1; 3]] {
            vault.entries.borrow_mut().values_mut().for_each(|secret| {
                secret.clone_from(&wrong);
            });
            assert!(matches!(open(&marker, &vault), Err(IdentityError::Lost(_))));
        }
    }

    #[test]
    fn nothing_is_made_in_a_keychain_that_refuses_or_forgets() {
        let data = tempfile::tempdir().unwrap();
        let marker = data.path().join("marker");
        let locked = Memory {
            locked: true,
            ..Memory::default()
        };
        let refused = open(&marker, &locked);
        assert!(matches!(refused, Err(IdentityError::Keychain(_))));
        let forgetful = Memory {
            forgetful: true,
            ..Memory::default()
        };
        assert!(matches!(
            open(&marker, &forgetful),
            Err(IdentityError::Lost(_))
        ));
        assert!(!marker.exists());
    }
}
