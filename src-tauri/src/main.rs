//! Opener's window: the web UI with a peer inside.
//!
//! The page asks through one command, `api`, which takes the requests of the api's one table as JSON, and listens on
//! one channel. Everything else here is what a page cannot do: the key's door, the tray, notifications, links, files.

#![cfg_attr(windows, windows_subsystem = "windows")]

mod arguments;
mod attached;
mod browser;
mod capture;
mod commands;
mod desk;
mod links;
mod media;
mod memo;
mod moving;
mod notices;
mod opening;
mod phones;
mod refusal;
mod tray;
mod window;
mod words;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use desk::Desk;
use tauri::{App, Manager, RunEvent, WindowEvent};
use tauri_plugin_autostart::MacosLauncher;
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

/// The variable that says what is logged.
const LOG: &str = "OPENER_LOG";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::builder()
        .with_env_var(LOG)
        .try_from_env()
        .unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match build(arguments) {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("opener-desktop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: Arguments) -> tauri::Result<App> {
    let mut builder = tauri::Builder::default();
    // A folder of one's own is a program of one's own; the store keeps a second one out of the same folder.
    if arguments.data.is_none() {
        let again = |app: &tauri::AppHandle, _: Vec<String>, _: String| window::show(app);
        builder = builder.plugin(tauri_plugin_single_instance::init(again));
    }
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_autostart::init(
            MacosLauncher::LaunchAgent,
            Some(vec!["--hidden"]),
        ))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(kept)
                .build(),
        )
        .invoke_handler(tauri::generate_handler![
            commands::api,
            commands::follow,
            commands::door,
            commands::open,
            commands::speak,
            commands::save,
            commands::autostart,
            attached::attach,
            attached::save_attached,
            browser::browse,
            moving::back_up,
            moving::restore,
            capture::capture,
            media::media_open,
            media::media_send,
            media::media_close,
        ])
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                window::hide(window);
            }
        })
        .setup(move |app| Ok(set_up(app, arguments)?))
        .build(tauri::generate_context!())
}

fn set_up(app: &mut App, arguments: Arguments) -> tauri::Result<()> {
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => app.path().app_local_data_dir()?,
    };
    let is_own = arguments.data.is_some();
    let hidden = arguments.hidden;
    app.manage(Desk::new(data, arguments));
    app.manage(phones::Phones::default());
    app.manage(capture::Allowed::default());
    app.manage(media::OnAir::default());
    let handle = app.handle();
    links::listen(handle, is_own);
    tray::build(handle)?;
    window::build(handle, hidden)?;
    opening::begin(handle);
    opening::quit_on_signals(handle);
    Ok(())
}

fn on_event(app: &tauri::AppHandle, event: RunEvent) {
    match event {
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        RunEvent::Ready => tracing::debug!(folder = %app.state::<Desk>().data().display(), "ready"),
        _ => {}
    }
}
