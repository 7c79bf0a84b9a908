//! A screen in memory with a session and the web view's driver (W3C WebDriver) on it.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use opener_tests::{
    programs::desktop,
    world::{PATIENCE, soon},
};
use serde_json::{Value, json};

use crate::page::{LONG, Page};

/// How often the driver's port is tried until it listens.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// The screen, the session and the driver; all end when this is dropped.
pub struct Driver {
    group: Child,
    pub(crate) address: String,
    pub(crate) agent: ureq::Agent,
}

impl Driver {
    /// Starts everything, with its files in this folder, and waits until the driver listens.
    pub async fn start(folder: &Path) -> Self {
        let port = free_port();
        let mut command = Command::new("dbus-run-session");
        command
            .args(["--", "xvfb-run", "-a", "-s", "-screen 0 1280x800x24"])
            .args(["WebKitWebDriver", &format!("--port={port}")])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("LANG", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .envs(["DATA", "CONFIG", "CACHE"].map(|kind| {
                let own = folder.join(kind.to_lowercase());
                (format!("XDG_{kind}_HOME"), own)
            }))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // The session's own chatter says nothing about us.
            .stderr(Stdio::null())
            .process_group(0);
        let group = command
            .spawn()
            .expect("dbus-run-session starts; `cargo xtask install` installs it");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LONG))
            .build()
            .into();
        let driver = Self {
            group,
            address: format!("http://127.0.0.1:{port}"),
            agent,
        };
        soon("the driver of the web view", async {
            let mut tries = tokio::time::interval(TRY_AGAIN);
            loop {
                tries.tick().await;
                if tokio::net::TcpStream::connect(("127.0.0.1", port))
                    .await
                    .is_ok()
                {
                    return;
                }
            }
        })
        .await;
        driver
    }

    /// Opens the program with these arguments; its page is to be played.
    pub fn open(&self, arguments: &[&str]) -> Page<'_> {
        let options = json!({"binary": desktop(), "args": arguments});
        let wanted =
            json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let session = self.ask("POST", "/session", Some(wanted));
        let id = session["sessionId"].as_str().expect("a session");
        let page = Page::new(self, id);
        let patience = u64::try_from(PATIENCE.as_millis()).expect("a minute");
        page.ask("POST", "/timeouts", Some(json!({"script": patience})));
        page
    }

    /// Asks the driver something.
    ///
    /// # Panics
    /// It refuses.
    pub fn ask(&self, verb: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.try_ask(verb, path, body);
        answer.unwrap_or_else(|refused| panic!("{verb} {path}: {refused}"))
    }

    /// Asks the driver something.
    ///
    /// # Errors
    /// What it says when it refuses: `error`, one of the codes of W3C WebDriver section 6.6, and `message`.
    pub fn try_ask(&self, verb: &str, path: &str, body: Option<Value>) -> Result<Value, Value> {
        let address = format!("{}{path}", self.address);
        let answer = match verb {
            "GET" => self.agent.get(&address).call(),
            "DELETE" => self.agent.delete(&address).call(),
            _ => self
                .agent
                .post(&address)
                .send_json(body.unwrap_or(json!({}))),
        };
        let mut answer = answer.expect("the driver answers");
        let is_good = answer.status().is_success();
        let mut said: Value = answer.body_mut().read_json().expect("JSON");
        let value = said["value"].take();
        if is_good { Ok(value) } else { Err(value) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.group.id());
        drop(
            Command::new("kill")
                .args(["-s", "TERM", "--", &group])
                .status(),
        );
        drop(self.group.wait());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
