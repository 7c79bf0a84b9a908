//! Camera and microphone: the page gets neither before the person has said yes.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use tauri::{
    Manager, Runtime, State, Webview, WebviewWindow,
    webview::{PermissionKind, PermissionResponse},
};

use crate::{desk::Desk, refusal::Refusal, words::Language};

/// A device that hears or sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
}

/// What the person has allowed since the program began; nothing at first. It is not written down.
#[derive(Debug, Default)]
pub struct Allowed {
    camera: AtomicBool,
    microphone: AtomicBool,
}

impl Allowed {
    const fn of(&self, device: Device) -> &AtomicBool {
        match device {
            Device::Camera => &self.camera,
            Device::Microphone => &self.microphone,
        }
    }

    fn has(&self, device: Device) -> bool {
        self.of(device).load(Ordering::Acquire)
    }

    fn allow(&self, device: Device) {
        self.of(device).store(true, Ordering::Release);
    }

    /// What the page is told when it reaches for something: what was allowed, and never anything else.
    fn answer(&self, kind: PermissionKind) -> PermissionResponse {
        let is_allowed = match kind {
            PermissionKind::Camera => self.has(Device::Camera),
            PermissionKind::Microphone => self.has(Device::Microphone),
            _ => false,
        };
        if is_allowed {
            PermissionResponse::Allow
        } else {
            PermissionResponse::Deny
        }
    }
}

/// Answers the web view, which asks whenever the page reaches for something.
pub fn answer<R: Runtime>(view: Webview<R>, kind: PermissionKind) -> PermissionResponse {
    view.state::<Allowed>().answer(kind)
}

/// Asks the person, unless they have said yes since the program began. Gives whether the page may use the device now.
///
/// # Errors
/// The window is gone.
#[tauri::command]
pub async fn capture(
    window: WebviewWindow,
    desk: State<'_, Desk>,
    allowed: State<'_, Allowed>,
    device: Device,
) -> Result<bool, Refusal> {
    if !allowed.has(device) && ask(&window, desk.memo().language, device).await? {
        allowed.allow(device);
    }
    Ok(allowed.has(device))
}

async fn ask(window: &WebviewWindow, language: Language, device: Device) -> tauri::Result<bool> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let parent = window.clone();
    window.run_on_main_thread(move || {
        let (title, text) = language.may_capture(device);
        let (yes, no) = (language.allow(), language.refuse());
        let dialog = rfd::AsyncMessageDialog::new()
            .set_parent(&parent)
            .set_title(title)
            .set_description(text)
            .set_buttons(rfd::MessageButtons::OkCancelCustom(
                yes.to_owned(),
                no.to_owned(),
            ))
            .show();
        tauri::async_runtime::spawn(async move {
            let said = dialog.await;
            let is_yes = said == rfd::MessageDialogResult::Ok
                || said == rfd::MessageDialogResult::Custom(yes.to_owned());
            // The page may have been closed meanwhile.
            answer.send(is_yes).ok();
        });
    })?;
    Ok(answered.await.unwrap_or(false))
}

/// Lets the web view know of devices. One that is driven by a program has invented ones only, and nobody to ask.
///
/// # Errors
/// The window is gone.
#[cfg(target_os = "linux")]
pub fn prepare(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{SettingsExt, WebViewExt};

    let app = window.app_handle().clone();
    window.with_webview(move |view| {
        let view = view.inner();
        let is_driven = view.is_controlled_by_automation();
        if let Some(settings) = WebViewExt::settings(&view) {
            settings.set_enable_media_stream(true);
            settings.set_enable_mock_capture_devices(is_driven);
            if is_driven {
                let allowed = app.state::<Allowed>();
                allowed.allow(Device::Camera);
                allowed.allow(Device::Microphone);
            }
        }
    })
}

/// Elsewhere the web view knows of devices by itself.
///
/// # Errors
/// None here.
#[cfg(not(target_os = "linux"))]
pub fn prepare(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_granted_before_the_person_has_said_yes() {
        let allowed = Allowed::default();
        for kind in [PermissionKind::Camera, PermissionKind::Microphone] {
            assert_eq!(allowed.answer(kind), PermissionResponse::Deny);
        }
        allowed.allow(Device::Microphone);
        assert_eq!(
            allowed.answer(PermissionKind::Microphone),
            PermissionResponse::Allow
        );
        assert_eq!(
            allowed.answer(PermissionKind::Camera),
            PermissionResponse::Deny
        );
    }

    #[test]
    fn nothing_but_camera_and_microphone_is_ever_granted() {
        let allowed = Allowed::default();
        allowed.allow(Device::Camera);
        allowed.allow(Device::Microphone);
        for kind in [
            PermissionKind::DisplayCapture,
            PermissionKind::Geolocation,
            PermissionKind::ClipboardRead,
            PermissionKind::Notifications,
        ] {
            assert_eq!(allowed.answer(kind), PermissionResponse::Deny);
        }
    }

    #[test]
    fn devices_are_named_as_the_page_names_them() {
        let device: Device = serde_json::from_str("\"microphone\"").unwrap();
        assert_eq!(device, Device::Microphone);
    }
}
