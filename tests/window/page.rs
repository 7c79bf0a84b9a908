//! The page in the window, as a person sees it.

use std::path::Path;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::driver::Driver;

/// The key under which WebDriver names an element (W3C WebDriver section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Enter, as WebDriver spells it.
pub const ENTER: &str = "\u{e007}";

/// Resolves with the first element that a selector and a text find, as soon as there is one that is enabled. The page
/// tells of every change, so nothing is asked twice.
const WAIT: &str = "
const [selector, text, done] = arguments;
const words = (one) => (one.getAttribute('aria-label') ?? one.innerText).trim();
const find = () => [...document.querySelectorAll(selector)].find((one) =>
  !one.matches(':disabled') && (text === null || words(one) === text));
const seen = new MutationObserver(look);
function look() {
  const found = find();
  if (!found) return false;
  seen.disconnect();
  done(found);
  return true;
}
if (!look()) seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
";

/// A page. Dropped, its program is closed.
pub struct Page<'a> {
    driver: &'a Driver,
    session: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(driver: &'a Driver, session: &str) -> Self {
        Self {
            driver,
            session: format!("/session/{session}"),
        }
    }

    pub(crate) fn ask(&self, verb: &str, path: &str, body: Option<Value>) -> Value {
        self.driver
            .ask(verb, &format!("{}{path}", self.session), body)
    }

    /// Waits for an enabled element that the selector finds, and that reads or is labelled like this.
    pub fn find(&self, selector: &str, text: Option<&str>) -> String {
        let body = json!({"script": WAIT, "args": [selector, text]});
        let found = self.ask("POST", "/execute/async", Some(body));
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Waits for it and clicks.
    pub fn click(&self, selector: &str, text: Option<&str>) {
        let element = self.find(selector, text);
        self.ask("POST", &format!("/element/{element}/click"), None);
    }

    /// Waits for a field and types into it.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector, None);
        let body = json!({"text": text});
        self.ask("POST", &format!("/element/{element}/value"), Some(body));
    }

    /// Empties a field.
    pub fn clear(&self, selector: &str) {
        let element = self.find(selector, None);
        self.ask("POST", &format!("/element/{element}/clear"), None);
    }

    /// What a script returns, or what its promise resolves to.
    pub fn run(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})().then(done, (error) => done('failed: ' + error));"
        );
        self.ask(
            "POST",
            "/execute/async",
            Some(json!({"script": script, "args": []})),
        )
    }

    /// Keeps a picture of the page. The web view takes one when it next paints, so it is given something to paint.
    pub fn picture(&self, path: &Path) {
        self.run(
            "let turn = false;
             setInterval(() => {
               turn = !turn;
               document.documentElement.style.outline = turn ? '1px solid transparent' : '';
             }, 50);",
        );
        let picture = self.ask("GET", "/screenshot", None);
        let picture = picture.as_str().expect("a picture").as_bytes();
        let picture = BASE64.decode(picture).expect("base64");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, picture).expect("the picture is written");
    }

    /// Closes the program.
    pub fn close(self) {}
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        // After a failure the driver may be gone; its group is ended anyway.
        if !std::thread::panicking() {
            self.ask("DELETE", "", None);
        }
    }
}
