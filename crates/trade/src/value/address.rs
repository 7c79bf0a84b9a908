//! Where a peer can be dialled.

use std::{fmt, str::FromStr};

use super::{Invalid, as_text};
use crate::limits::ADDRESS_BYTES;

/// A multiaddress in text form, e.g. `/ip4/192.0.2.7/udp/4001/quic-v1`. Its meaning is the transport's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// It does not begin with `/`, holds anything but printable ASCII, or is over [`ADDRESS_BYTES`].
    pub fn new(text: &str) -> Result<Self, Invalid> {
        text.parse()
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if !text.starts_with('/') || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid::new(
                "address",
                "must be a multiaddress such as /ip4/192.0.2.7/tcp/4001",
            ));
        }
        if text.len() > ADDRESS_BYTES {
            return Err(Invalid::because(
                crate::Reason::TooLarge,
                "address",
                format!("at most {ADDRESS_BYTES} bytes"),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

as_text!(Address);
