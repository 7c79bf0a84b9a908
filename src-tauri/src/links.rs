//! Links that open the program: contact cards, `opener:…`.

use tauri::{AppHandle, Manager, Url};
use tauri_plugin_deep_link::DeepLinkExt;

use crate::{
    desk::{Desk, Nudge},
    window,
};

/// Bytes of a link at most: a card with the largest listing, of 32 KiB, takes 44 KiB in letters.
pub const MAX_LINK_BYTES: usize = 48 * 1024;

/// Passes links on to the page, the one that started the program first. A program on a folder of its own does not make
/// itself the one that all links go to.
pub fn listen(app: &AppHandle, is_own: bool) {
    let links = app.deep_link();
    if !is_own && cfg!(any(target_os = "linux", windows)) {
        // Installed programs are registered already; this is for those that are only copied.
        if let Err(error) = links.register_all() {
            tracing::info!(%error, "links do not open this program");
        }
    }
    let first = app.state::<Desk>().arguments().link.clone();
    if let Some(url) = first.and_then(|link| link.parse().ok()) {
        pass_on(app, &url);
    }
    let handle = app.clone();
    links.on_open_url(move |event| {
        window::show(&handle);
        for url in event.urls() {
            pass_on(&handle, &url);
        }
    });
}

fn pass_on(app: &AppHandle, url: &Url) {
    if let Some(nudge) = nudge(url) {
        app.state::<Desk>().nudge(nudge);
    }
}

fn nudge(url: &Url) -> Option<Nudge> {
    let is_card = url.scheme() == "opener" && url.as_str().len() <= MAX_LINK_BYTES;
    is_card.then(|| Nudge::Link {
        url: url.as_str().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_links_of_sensible_length_reach_the_page() {
        let passed = |text: &str| nudge(&text.parse().unwrap()).is_some();
        assert!(passed("opener:card/abc"));
        assert!(passed("opener://card/abc"));
        assert!(!passed("https://example.org/"));
        let longest = format!("opener:{}", "a".repeat(MAX_LINK_BYTES - 7));
        assert!(passed(&longest));
        assert!(!passed(&format!("{longest}a")));
    }
}
