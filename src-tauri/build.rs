//! Permissions for our own commands, and the web UI that is built in.

use std::{fs, io, path::Path};

/// The commands of `src/main.rs`; each gets a permission that `capabilities/main.json` gives to the main window.
const COMMANDS: &[&str] = &[
    "api",
    "follow",
    "door",
    "open",
    "speak",
    "save",
    "autostart",
    "attach",
    "save_attached",
    "browse",
    "back_up",
    "restore",
    "capture",
    "media_open",
    "media_send",
    "media_close",
];

/// What is shown by a program that was built before the web UI.
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Opener</title>\
    <p>The web UI is not built in: run <code>npm ci &amp;&amp; npm run build</code> in ui/, then build again.\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Path::new("../ui/dist/index.html");
    if !page.exists() {
        placeholder(page)?;
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}

/// Makes the folder that the program is built with, so that checks need no Node.
fn placeholder(page: &Path) -> io::Result<()> {
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(page, NOT_BUILT)
}
