//! What a person sets about calls.

use opener_call::{IceServer, MAX_SERVERS, ServerError};
use opener_trade::Invalid;
use serde::{Deserialize, Serialize};

/// A server that tells an address from outside (STUN), or passes a call on (TURN).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallServer {
    /// `stun:host:port` or `turn:host:port`.
    pub url: String,
    /// The user's name at a TURN server; empty at others.
    #[serde(default)]
    pub username: String,
    /// The secret at a TURN server; empty at others. Where nothing is set for a server that is known, it stays.
    #[serde(default)]
    pub password: Option<String>,
}

/// The secret is not shown.
impl std::fmt::Debug for CallServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallServer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What a person sets about calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallSettings {
    /// Servers for STUN and TURN; none are needed where the two reach each other.
    #[serde(default)]
    pub servers: Vec<CallServer>,
    /// Whether calls hide where we are until they are taken, unless something else is said for one.
    #[serde(default)]
    pub private: bool,
}

impl CallSettings {
    /// Takes the secrets that were not said again from what was set before, and checks every server.
    ///
    /// # Errors
    /// There are too many servers, or one of them cannot be used.
    pub(crate) fn after(mut self, before: &CallSettings) -> Result<Self, Invalid> {
        if self.servers.len() > MAX_SERVERS {
            return Err(Invalid::new("servers", format!("at most {MAX_SERVERS}")));
        }
        for (i, server) in self.servers.iter_mut().enumerate() {
            if server.password.is_none() {
                let known = before
                    .servers
                    .iter()
                    .find(|known| known.url == server.url && known.username == server.username);
                server.password = known.and_then(|known| known.password.clone());
            }
            server.password = server
                .password
                .take()
                .filter(|password| !password.is_empty());
            server.for_ice().check().map_err(|error| {
                let part = match error {
                    ServerError::Credential => "password",
                    _ => "url",
                };
                Invalid::new(format!("servers[{i}].{part}"), error.to_string())
            })?;
        }
        Ok(self)
    }

    pub(crate) fn for_ice(&self) -> Vec<IceServer> {
        self.servers.iter().map(CallServer::for_ice).collect()
    }
}

impl CallServer {
    fn for_ice(&self) -> IceServer {
        IceServer {
            url: self.url.clone(),
            username: self.username.clone(),
            credential: self.password.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(username: &str, password: Option<&str>) -> CallServer {
        CallServer {
            url: "turn:turn.example:3478".to_owned(),
            username: username.to_owned(),
            password: password.map(str::to_owned),
        }
    }

    fn of(servers: Vec<CallServer>) -> CallSettings {
        CallSettings {
            servers,
            private: false,
        }
    }

    #[test]
    fn a_secret_that_is_not_said_again_stays_with_the_same_user_of_the_same_server() {
        let before = of(vec![turn("ann", Some("secret"))]);
        let same = of(vec![turn("ann", None)]).after(&before).unwrap();
        assert_eq!(same, before);
        let other = of(vec![turn("bob", None)]).after(&before).unwrap_err();
        assert_eq!(other.field, "servers[0].password");
        let gone = of(vec![turn("ann", Some(""))]).after(&before).unwrap_err();
        assert_eq!(gone.field, "servers[0].password");
        assert!(!format!("{before:?}").contains("secret"));
    }

    #[test]
    fn one_server_too_many_or_one_that_cannot_be_used_is_refused() {
        let many = |n| of(vec![turn("ann", Some("secret")); n]);
        assert!(many(MAX_SERVERS).after(&CallSettings::default()).is_ok());
        let refused = many(MAX_SERVERS + 1).after(&CallSettings::default());
        assert_eq!(refused.unwrap_err().field, "servers");
        let mut wrong = many(2);
        wrong.servers[1].url = "turns:turn.example:5349".to_owned();
        let refused = wrong.after(&CallSettings::default());
        assert_eq!(refused.unwrap_err().field, "servers[1].url");
    }
}
