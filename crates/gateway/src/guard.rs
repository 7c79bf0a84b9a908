//! Who may come in: by our own address, from our own page, with the token.

use opener_api::switch::{Countermeasure, holds};
use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use opener_api::{ApiError, Code};

use crate::{Token, answer::Refused, tries::Tries};

/// The subprotocol that our WebSocket speaks.
pub(crate) const PROTOCOL: &str = "opener";
/// What precedes the token in the list of subprotocols: the one header field that a page may set on a WebSocket.
const TOKEN_PROTOCOL: &str = "token.";
/// The port that an address without one means (RFC 9110 section 4.2.1).
const HTTP_PORT: u16 = 80;

/// What is right here.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) bound: SocketAddr,
    pub(crate) token: Arc<Token>,
    pub(crate) tries: Arc<Tries>,
}

impl Guard {
    /// Whether a `Host` names this door. Names other than `localhost` could be anybody's, so only addresses count.
    fn is_own_host(&self, host: &str) -> bool {
        let ip = self.bound.ip();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(HTTP_PORT)),
        };
        if port != Some(self.bound.port()) {
            return false;
        }
        if name.eq_ignore_ascii_case("localhost") {
            return ip.is_loopback() || ip.is_unspecified();
        }
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name);
        bare.parse()
            .is_ok_and(|named: std::net::IpAddr| ip.is_unspecified() || named == ip)
    }

    fn check_address(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let own_host = |host: &&str| self.is_own_host(host) || !holds(Countermeasure::GatewayHost);
        let host = only(headers, &header::HOST).filter(own_host);
        let Some(host) = host else {
            return Err(ApiError::new(
                Code::Forbidden,
                "ask by the address that the peer printed at its start",
            ));
        };
        if !headers.contains_key(header::ORIGIN) || !holds(Countermeasure::GatewayOrigin) {
            return Ok(());
        }
        let own = |origin: &&str| {
            origin
                .strip_prefix("http://")
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
        };
        match only(headers, &header::ORIGIN).filter(own) {
            Some(_) => Ok(()),
            None => Err(ApiError::new(
                Code::Forbidden,
                "pages of other addresses may not ask; open the peer's own page",
            )),
        }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let bearer = only(headers, &header::AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let listed = headers
            .get_all(header::SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut protocols = listed.flat_map(|value| value.split(',')).map(str::trim);
        let offered =
            bearer.or_else(|| protocols.find_map(|protocol| protocol.strip_prefix(TOKEN_PROTOCOL)));
        let given = offered.is_some_and(|offered| self.token.is(offered));
        if given || !holds(Countermeasure::GatewayToken) {
            Ok(())
        } else if !self.tries.wrong() {
            let advice = "too many wrong tokens; wait a minute, and open the peer's page anew";
            Err(ApiError::new(Code::Unavailable, advice))
        } else {
            let advice =
                "send the token that the peer printed at its start, as `Authorization: Bearer …`";
            Err(ApiError::new(Code::Unauthorized, advice))
        }
    }
}

/// The one value of a header field; none where it stands twice.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Lets in who asks by our address and from our page.
pub(crate) async fn address(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check_address(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused(error).into_response(),
    }
}

/// Lets in who has the token.
pub(crate) async fn token(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check_token(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(bound: &str) -> Guard {
        let token = Arc::new(Token::new("t".repeat(40)).unwrap());
        Guard {
            bound: bound.parse().unwrap(),
            token,
            tries: Arc::new(Tries::new()),
        }
    }

    #[test]
    fn only_our_own_address_is_a_host() {
        let own = guard("127.0.0.1:8080");
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"] {
            assert!(own.is_own_host(host), "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1:8081",
            "127.0.0.1",
            "127.0.0.2:8080",
            "localhost",
            "",
            ":8080",
        ] {
            assert!(!own.is_own_host(host), "{host}");
        }
        assert!(
            guard("[::1]:80").is_own_host("[::1]") && guard("[::1]:81").is_own_host("[::1]:81")
        );
    }

    #[test]
    fn a_door_on_every_interface_takes_addresses_but_no_names() {
        let open = guard("0.0.0.0:80");
        assert!(open.is_own_host("192.168.0.7") && open.is_own_host("localhost"));
        assert!(!open.is_own_host("office.example"));
    }

    #[test]
    fn a_header_field_that_stands_twice_counts_for_nothing() {
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, "127.0.0.1:8080".parse().unwrap());
        assert!(guard("127.0.0.1:8080").check_address(&headers).is_ok());
        headers.append(header::HOST, "127.0.0.1:8080".parse().unwrap());
        assert!(guard("127.0.0.1:8080").check_address(&headers).is_err());
    }
}
