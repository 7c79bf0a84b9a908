//! Addresses that a stranger wrote, opened where they belong: in the system's browser, never in our window.

use std::{
    io,
    process::{Child, Command, Stdio},
};

use tauri::Url;

use crate::refusal::Refusal;

/// Bytes of an address at most: the largest that a bid holds, and more than any browser asks for.
const MAX_ADDRESS_BYTES: usize = 2048;

/// Opens an address of the web in the system's browser. The page has shown its host and was told to go on.
///
/// # Errors
/// It is no address of the web, or there is no browser.
#[tauri::command]
pub async fn browse(url: String) -> Result<(), Refusal> {
    let url = of_the_web(&url).ok_or(Refusal::Malformed("an address of the web"))?;
    let mut opener = start(&url).map_err(Refusal::Browser)?;
    // It hands the address on and ends; somebody must notice.
    tokio::task::spawn_blocking(move || opener.wait());
    Ok(())
}

/// The address, if it is http or https and hides nobody behind a name and password.
fn of_the_web(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_short = url.as_str().len() <= MAX_ADDRESS_BYTES;
    (is_web && is_plain && is_short && url.has_host()).then_some(url)
}

/// The address is one argument of a program that is asked by name, never a line for a shell; it begins with its scheme,
/// so it is no option either.
fn start(url: &Url) -> io::Result<Child> {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    Command::new(program)
        .args(before)
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_leave_the_window() {
        for good in [
            "https://hanil.example/catalogue?page=2#rebar",
            "http://10.0.0.7:8080/",
            "HTTPS://한일.example/",
        ] {
            assert!(of_the_web(good).is_some(), "{good}");
        }
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "opener:card/abc",
            "--help",
            "-a Calculator",
            "mailto:a@b.example",
            "https://user:word@bank.example/",
            "https://bank.example@evil.example/",
            "smb://server/share",
            "https://",
            "",
        ] {
            assert!(of_the_web(bad).is_none(), "{bad}");
        }
        let long = format!("https://a.example/{}", "a".repeat(MAX_ADDRESS_BYTES));
        assert!(of_the_web(&long).is_none());
    }

    #[test]
    fn an_address_cannot_break_out_of_its_argument() {
        let url = of_the_web("https://a.example/\"; rm -rf ~ #`id`$(id)&calc|x").unwrap();
        assert!(!url.as_str().contains([' ', '"', '`']), "{url}");
    }
}
