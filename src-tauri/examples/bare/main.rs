//! A window of the same library with one line in it and nothing behind it: what the start and the memory of the desktop
//! program are measured against (`cargo xtask bench ui`).

use tauri::{WebviewUrl, WebviewWindowBuilder};

/// Width and height in logical pixels, as those of the desktop program's window.
const SIZE: (f64, f64) = (1280.0, 800.0);

fn main() -> tauri::Result<()> {
    let app = tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "bare", WebviewUrl::App("index.html".into()))
                .title("Bare")
                .inner_size(SIZE.0, SIZE.1)
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!("examples/bare/tauri.conf.json"))?;
    app.run(|_, _| ());
    Ok(())
}
