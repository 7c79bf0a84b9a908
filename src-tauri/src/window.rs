//! The main window.

use std::path::PathBuf;

use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    webview::NewWindowResponse,
};

use crate::{capture, desk::Desk, notices};

/// The name of the window, to which `capabilities/main.json` gives its permissions.
pub const MAIN: &str = "main";

/// Width and height of a new window in logical pixels: what the wide layout needs.
const SIZE: (f64, f64) = (1280.0, 800.0);

/// The smallest window in logical pixels: a phone's, which the narrow layout fits.
const SMALLEST: (f64, f64) = (390.0, 560.0);

/// Makes the window.
///
/// # Errors
/// The system gives no window.
pub fn build(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let desk = app.state::<Desk>();
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title(desk.memo().language.name())
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .visible(!hidden)
        .data_directory(desk.data().join("page"))
        // The page takes dropped files itself.
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_permission_request(capture::answer)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    capture::prepare(&window.build()?)
}

/// Whether this is a page of ours: nothing else is ever shown in the window.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // How WebView2 spells it.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window does not come to the front");
    }
}

/// Whether a person looks at the window now.
pub fn is_watched(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN)
        .is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Puts the window away; the program goes on, and says so the first time.
pub fn hide(window: &Window) {
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window does not go away");
        return;
    }
    let desk = window.state::<Desk>();
    let memo = desk.memo();
    if !memo.told_still_here {
        desk.remember(|memo| memo.told_still_here = true);
        let (title, text) = memo.language.still_here();
        notices::tell(window.app_handle(), title, text);
    }
}

/// Asks where to save a file of this name; nothing if the person thinks better of it.
///
/// # Errors
/// The window is gone.
pub async fn ask_where_to_save(
    window: &WebviewWindow,
    name: String,
) -> tauri::Result<Option<PathBuf>> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let parent = window.clone();
    window.run_on_main_thread(move || {
        let dialog = rfd::AsyncFileDialog::new()
            .set_parent(&parent)
            .set_file_name(name)
            .save_file();
        tauri::async_runtime::spawn(async move {
            let chosen = dialog.await.map(|file| file.path().to_owned());
            // The page may have been closed meanwhile.
            drop(answer.send(chosen));
        });
    })?;
    Ok(answered.await.ok().flatten())
}

/// Asks which file to open; nothing if the person thinks better of it.
///
/// # Errors
/// The window is gone.
pub async fn ask_which_file(window: &WebviewWindow) -> tauri::Result<Option<PathBuf>> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let parent = window.clone();
    window.run_on_main_thread(move || {
        let dialog = rfd::AsyncFileDialog::new().set_parent(&parent).pick_file();
        tauri::async_runtime::spawn(async move {
            let chosen = dialog.await.map(|file| file.path().to_owned());
            // The page may have been closed meanwhile.
            drop(answer.send(chosen));
        });
    })?;
    Ok(answered.await.ok().flatten())
}

/// Tells the person that something failed.
pub fn complain(window: &WebviewWindow, reason: String) {
    let title = window.state::<Desk>().memo().language.not_saved();
    let parent = window.clone();
    let shown = window.run_on_main_thread(move || {
        let dialog = rfd::AsyncMessageDialog::new()
            .set_parent(&parent)
            .set_level(rfd::MessageLevel::Error)
            .set_title(title)
            .set_description(reason)
            .show();
        tauri::async_runtime::spawn(dialog);
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "the window is gone");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_our_own_page_is_shown() {
        let ours = |text: &str| is_ours(&text.parse().unwrap());
        assert!(ours("tauri://localhost/deals/1"));
        assert!(ours("http://tauri.localhost/"));
        for foreign in [
            "https://example.org/",
            "http://localhost:1/",
            "tauri://elsewhere/",
            "http://tauri.localhost.example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
        ] {
            assert!(!ours(foreign), "{foreign}");
        }
    }
}
