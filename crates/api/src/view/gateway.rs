//! The door for phones in the same network.

use opener_peer::{Phone, PhoneOpened};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The door for phones. Whoever has one of its links can do what the person here can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GatewayView {
    /// Whether it is to be open.
    pub on: bool,
    /// The port that it listens on.
    pub port: u16,
    /// Links with the token, one for each address of this computer: one of them goes into the QR code. None while the door is
    /// not open; an event tells when it is.
    pub links: Vec<String>,
    /// Why it does not open.
    pub error: Option<String>,
    /// Whether what passes is encrypted. It is not: whoever shares the network can read it, so open it in your own.
    pub encrypted: bool,
}

impl GatewayView {
    pub(crate) fn new(phone: Phone, opened: Option<PhoneOpened>) -> Self {
        let (urls, error) = match opened {
            Some(Ok(urls)) => (urls, None),
            Some(Err(why)) => (vec![], Some(why)),
            None => (vec![], None),
        };
        let links = urls.iter().filter(|_| phone.on);
        GatewayView {
            on: phone.on,
            port: phone.port,
            links: links
                .map(|url| format!("{url}/#token={}", phone.token))
                .collect(),
            error: error.filter(|_| phone.on),
            encrypted: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_shown_only_while_the_door_is_open() {
        let phone = |on| Phone {
            on,
            port: 8420,
            token: "t".into(),
        };
        let urls = || Some(Ok(vec!["http://192.168.0.7:8420".to_owned()]));
        let open = GatewayView::new(phone(true), urls());
        assert_eq!(open.links, ["http://192.168.0.7:8420/#token=t"]);
        assert!(GatewayView::new(phone(false), urls()).links.is_empty());
        let failed = GatewayView::new(phone(true), Some(Err("taken".into())));
        assert_eq!(
            (failed.links.len(), failed.error.as_deref()),
            (0, Some("taken"))
        );
    }
}
