//! The symbol in the tray: how many things wait, open, quit.

use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{MenuBuilder, MenuItem, MenuItemBuilder},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

use crate::{
    desk::{Desk, Phase},
    opening, window,
};

const IDLE: Image<'_> = tauri::include_image!("icons/tray.png");
const WAITING: Image<'_> = tauri::include_image!("icons/tray-waiting.png");

/// Names of the menu's entries.
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// The symbol and its entries.
struct Tray {
    icon: TrayIcon,
    status: MenuItem<tauri::Wry>,
    open: MenuItem<tauri::Wry>,
    quit: MenuItem<tauri::Wry>,
    count: std::sync::atomic::AtomicUsize,
}

/// Puts the symbol into the tray.
///
/// # Errors
/// The system has no tray that takes it.
pub fn build(app: &AppHandle) -> tauri::Result<()> {
    let language = app.state::<Desk>().memo().language;
    let status = MenuItemBuilder::new(language.waiting(0))
        .enabled(false)
        .build(app)?;
    let open = MenuItemBuilder::with_id(OPEN, language.open()).build(app)?;
    let quit = MenuItemBuilder::with_id(QUIT, language.quit()).build(app)?;
    let menu = MenuBuilder::new(app)
        .items(&[&status, &open])
        .separator()
        .item(&quit)
        .build()?;
    let icon = TrayIconBuilder::new()
        .icon(IDLE)
        .tooltip(language.name())
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            OPEN => window::show(app),
            QUIT => opening::quit(app),
            _ => {}
        })
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(icon.app_handle());
            }
        })
        .build(app)?;
    app.manage(Tray {
        icon,
        status,
        open,
        quit,
        count: 0.into(),
    });
    Ok(())
}

/// So many things wait.
pub fn count(app: &AppHandle, count: usize) {
    let tray = app.state::<Tray>();
    tray.count
        .store(count, std::sync::atomic::Ordering::Relaxed);
    translate(app);
}

/// Says everything again, in the language of now.
pub fn translate(app: &AppHandle) {
    let (desk, tray) = (app.state::<Desk>(), app.state::<Tray>());
    if let Err(error) = tray.say(&desk) {
        tracing::warn!(%error, "the tray cannot be changed");
    }
}

impl Tray {
    fn say(&self, desk: &Desk) -> tauri::Result<()> {
        let language = desk.memo().language;
        let count = self.count.load(std::sync::atomic::Ordering::Relaxed);
        let status = match desk.phase() {
            Phase::Locked(_) => language.locked().to_owned(),
            Phase::Failed(reason) => reason,
            Phase::Opening | Phase::Running(_) => language.waiting(count),
        };
        self.status.set_text(&status)?;
        self.open.set_text(language.open())?;
        self.quit.set_text(language.quit())?;
        self.icon
            .set_icon(Some(if count == 0 { IDLE } else { WAITING }))?;
        self.icon
            .set_tooltip(Some(format!("{}: {status}", language.name())))
    }
}
