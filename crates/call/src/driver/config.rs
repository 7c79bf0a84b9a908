//! How a call is made.

use opener_trade::Timestamp;

use crate::{sdp::Reach, session::Side};

/// Servers for STUN and TURN, at most; two of each kind are already more than most have.
pub const MAX_SERVERS: usize = 8;
/// Bytes of a server's address, name or secret.
const SERVER_BYTES: usize = 512;

/// A server that tells an address from outside (STUN, RFC 8489) or relays (TURN, RFC 8656), over UDP.
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:host:port` or `turn:host:port`.
    pub url: String,
    /// The user's name at a TURN server.
    pub username: String,
    /// The secret at a TURN server.
    pub credential: String,
}

/// The secret is not shown.
impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Why a server cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Another scheme, or over TCP or TLS.
    #[error("write stun:host:port or turn:host:port; servers are reached over UDP")]
    Scheme,
    /// TURN without a name and a secret.
    #[error("a turn server needs a user name and a credential")]
    Credential,
    /// Too long.
    #[error("at most {SERVER_BYTES} bytes for each part")]
    TooLong,
}

impl IceServer {
    /// Checks what a person set.
    ///
    /// # Errors
    /// As [`ServerError`] says.
    pub fn check(&self) -> Result<(), ServerError> {
        let parts = [&self.url, &self.username, &self.credential];
        if parts.iter().any(|part| part.len() > SERVER_BYTES) {
            return Err(ServerError::TooLong);
        }
        let (scheme, rest) = self.url.split_once(':').ok_or(ServerError::Scheme)?;
        let plain = !rest.is_empty()
            && !rest.contains("transport=tcp")
            && rest.bytes().all(|byte| byte.is_ascii_graphic());
        match scheme {
            "stun" if plain => Ok(()),
            "turn" if plain && self.username.is_empty() => Err(ServerError::Credential),
            "turn" if plain && self.credential.is_empty() => Err(ServerError::Credential),
            "turn" if plain => Ok(()),
            _ => Err(ServerError::Scheme),
        }
    }
}

/// How a call is made.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether we call or are called.
    pub side: Side,
    /// Show only relayed paths before the call is taken.
    pub private: bool,
    /// STUN and TURN servers; none are needed where the two reach each other.
    pub servers: Vec<IceServer>,
    /// Which addresses are used: this computer's own only where two peers are tried on one.
    pub reach: Reach,
    /// The moment at which it begins.
    pub now: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str, username: &str, credential: &str) -> IceServer {
        IceServer {
            url: url.to_owned(),
            username: username.to_owned(),
            credential: credential.to_owned(),
        }
    }

    #[test]
    fn a_server_is_reached_over_udp_and_a_relay_needs_a_name_and_a_secret() {
        assert_eq!(server("stun:stun.example:3478", "", "").check(), Ok(()));
        assert_eq!(
            server("turn:turn.example:3478", "ann", "secret").check(),
            Ok(())
        );
        let refused = [
            (
                server("turns:turn.example:5349", "ann", "secret"),
                ServerError::Scheme,
            ),
            (
                server("turn:turn.example?transport=tcp", "ann", "secret"),
                ServerError::Scheme,
            ),
            (server("http://turn.example", "", ""), ServerError::Scheme),
            (server("stun:", "", ""), ServerError::Scheme),
            (
                server("turn:turn.example:3478", "", "secret"),
                ServerError::Credential,
            ),
            (
                server("turn:turn.example:3478", "ann", ""),
                ServerError::Credential,
            ),
            (
                server("stun:a", &"x".repeat(SERVER_BYTES + 1), ""),
                ServerError::TooLong,
            ),
        ];
        for (server, error) in refused {
            assert_eq!(server.check(), Err(error), "{server:?}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let shown = format!("{:?}", server("turn:turn.example:3478", "ann", "secret"));
        assert!(
            !shown.contains("secret") && shown.contains("turn.example"),
            "{shown}"
        );
    }
}
