//! What a person sets about the door for phones, and what became of it.

use data_encoding::HEXLOWER;
use opener_trade::Invalid;
use serde::{Deserialize, Serialize};

use super::Engine;
use crate::{Event, PeerError};

/// The setting that holds the door for phones.
const PHONE: &str = "gateway.phone";
/// The port, unless another is set: the same every day, so that a page kept on the phone finds it again.
pub const PHONE_PORT: u16 = 8420;
/// Ports below need rights that a program of a person does not have.
const LOWEST_PORT: u16 = 1024;
/// Bytes of randomness in a token: as much as no guessing reaches.
const TOKEN_BYTES: usize = 32;

/// The door for phones in the same network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Whether it is to be open.
    pub on: bool,
    /// The port that it listens on.
    pub port: u16,
    /// What a phone must carry; empty until the door is opened first.
    pub token: String,
}

impl Default for Phone {
    fn default() -> Self {
        Self {
            on: false,
            port: PHONE_PORT,
            token: String::new(),
        }
    }
}

/// What is to change about the door; absent stays as it was.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneEdit {
    /// Whether it is to be open.
    pub on: Option<bool>,
    /// The port that it listens on.
    pub port: Option<u16>,
    /// A new token: phones with the old one are let go.
    pub new_token: bool,
}

/// What became of the door: its addresses, none while it is closed, or why it does not open.
pub type PhoneOpened = Result<Vec<String>, String>;

impl Engine {
    /// What is set about the door for phones.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn phone(&self) -> Result<Phone, PeerError> {
        let stored = self.store.read().setting(PHONE).await?;
        // What cannot be read opens no door.
        Ok(stored
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    /// Sets it. The first opening makes a token.
    ///
    /// # Errors
    /// The port is no port for a program, the system gives no random bytes, or the database cannot be written.
    pub async fn set_phone(&mut self, edit: PhoneEdit) -> Result<Phone, PeerError> {
        let mut phone = self.phone().await?;
        phone.on = edit.on.unwrap_or(phone.on);
        phone.port = edit.port.unwrap_or(phone.port);
        if phone.port < LOWEST_PORT {
            return Err(
                Invalid::new("port", format!("must be from {LOWEST_PORT} to 65535")).into(),
            );
        }
        if edit.new_token || (phone.on && phone.token.is_empty()) {
            let mut bytes = [0; TOKEN_BYTES];
            getrandom::fill(&mut bytes).map_err(|error| PeerError::Random(error.to_string()))?;
            phone.token = HEXLOWER.encode(&bytes);
        }
        let json =
            serde_json::to_string(&phone).map_err(|e| Invalid::new("gateway", e.to_string()))?;
        let mut tx = self.store.begin().await?;
        tx.set_setting(PHONE, &json).await?;
        tx.commit().await?;
        self.events.push(Event::Gateway);
        Ok(phone)
    }

    /// What became of the door; nothing until somebody tried to open it.
    pub const fn phone_state(&self) -> Option<&PhoneOpened> {
        self.phone_opened.as_ref()
    }

    /// Whoever serves the door says what became of it.
    pub fn phone_opened(&mut self, opened: PhoneOpened) {
        self.phone_opened = Some(opened);
        self.events.push(Event::Gateway);
    }
}
