//! The page in the window, as a person sees it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use opener_tests::world::PATIENCE;
use serde_json::{Value, json};

use crate::driver::Driver;

/// The key under which WebDriver names an element (W3C WebDriver section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Enter, as WebDriver spells it.
pub const ENTER: &str = "\u{e007}";

/// Resolves with the first element that a selector and a text find, as soon as there is one that is enabled; with
/// nothing after a while, so that a page that has come in its place is asked too. The page tells of every change.
const WAIT: &str = "
const [selector, text, patience, done] = arguments;
const words = (one) => (one.getAttribute('aria-label') ?? one.innerText).trim();
const find = () => [...document.querySelectorAll(selector)].find((one) =>
  !one.matches(':disabled') && (text === null || words(one) === text));
const seen = new MutationObserver(() => end(find()));
const over = setTimeout(() => end(null, true), patience);
function end(found, isOver = false) {
  if (!found && !isOver) return;
  seen.disconnect();
  clearTimeout(over);
  done(found);
}
seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
end(find());
";

/// Resolves as soon as all fields read like this, and after a while with what they read.
const READ: &str = "
const [texts, patience, ...fields] = arguments;
const done = fields.pop();
const now = () => fields.map((field) => (field.isConnected ? field.value : null));
const over = setTimeout(() => end(), patience);
function end() {
  fields.forEach((field) => field.removeEventListener('input', look));
  clearTimeout(over);
  done(now());
}
function look() {
  if (now().every((value, i) => value === texts[i])) end();
}
fields.forEach((field) => field.addEventListener('input', look));
look();
";

/// How long the window is waited for: a program with a web view, on a machine that does ten other things.
pub const LONG: Duration = Duration::from_secs(5 * PATIENCE.as_secs());

/// Milliseconds that a page is asked at once. A page that is replaced takes its answer along, and the next is asked.
const LOOK: u32 = 2_000;

/// What WebDriver answers when a page was replaced while it was asked, or an element of it was meant (section 6.6).
const REPLACED: [&str; 5] = [
    "javascript error",
    "no such element",
    "no such window",
    "script timeout",
    "stale element reference",
];

fn texts(fields: &[(&str, &str)]) -> Vec<Value> {
    fields.iter().map(|(_, text)| json!(text)).collect()
}

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

    /// Asks, and gives nothing when the page has been replaced.
    fn try_ask(&self, verb: &str, path: &str, body: Option<Value>) -> Option<Value> {
        let path = format!("{}{path}", self.session);
        match self.driver.try_ask(verb, &path, body) {
            Ok(value) => Some(value),
            Err(refused) => {
                let error = refused["error"].as_str().unwrap_or_default();
                let is_ours =
                    error == "javascript error" && !refused.to_string().contains("unload");
                assert!(
                    REPLACED.contains(&error) && !is_ours,
                    "{verb} {path}: {refused}"
                );
                eprintln!("asked again: {verb} {path}: {refused}");
                None
            }
        }
    }

    /// Tries again until it gives something.
    fn until<T>(&self, wanted: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = attempt() {
                return found;
            }
            assert!(
                began.elapsed() < LONG,
                "never came: {wanted}\n{}",
                self.text()
            );
        }
    }

    /// What can be read on the page, for a failure's message.
    fn text(&self) -> String {
        let body = json!({"script": "return location.href + '\\n' + document.body.innerText;", "args": []});
        let text = self.try_ask("POST", "/execute/sync", Some(body));
        text.unwrap_or_default().to_string()
    }

    /// Looks a while for an enabled element that the selector finds, and that reads or is labelled like this.
    fn look(&self, selector: &str, text: Option<&str>) -> Option<String> {
        let body = json!({"script": WAIT, "args": [selector, text, LOOK]});
        let found = self.try_ask("POST", "/execute/async", Some(body))?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    /// Waits for an enabled element that the selector finds, and that reads or is labelled like this.
    pub fn find(&self, selector: &str, text: Option<&str>) -> String {
        self.until(&format!("{selector} {text:?}"), || {
            self.look(selector, text)
        })
    }

    /// Waits for it and clicks.
    pub fn click(&self, selector: &str, text: Option<&str>) {
        self.until(&format!("a click on {selector} {text:?}"), || {
            let element = self.look(selector, text)?;
            self.try_ask("POST", &format!("/element/{element}/click"), None)
        });
    }

    /// Writes into fields until they all read like this at once, and then waits for what may follow. Keys are pressed as
    /// a person presses them: on a busy machine one may be lost, or reach the field that had the focus before.
    pub fn fill(&self, fields: &[(&str, &str)], then: (&str, Option<&str>)) {
        self.until(&format!("{then:?} after {fields:?}"), || {
            let found = fields.iter().map(|(selector, _)| self.look(selector, None));
            let found: Vec<String> = found.collect::<Option<_>>()?;
            for (element, (_, text)) in found.iter().zip(fields) {
                let field = format!("/element/{element}");
                self.try_ask("POST", &format!("{field}/clear"), None)?;
                self.try_ask(
                    "POST",
                    &format!("{field}/value"),
                    Some(json!({"text": text})),
                )?;
            }
            let reads = self.read(&found, fields)?;
            if reads[..] != *texts(fields) {
                eprintln!("written again, for they read {reads:?}");
                return None;
            }
            self.look(then.0, then.1)
        });
    }

    /// What these fields read, once they read as wanted or a while has passed.
    fn read(&self, elements: &[String], fields: &[(&str, &str)]) -> Option<Vec<Value>> {
        let mut given = vec![json!(texts(fields)), json!(LOOK)];
        // The web view knows elements only where they are arguments of their own.
        given.extend(elements.iter().map(|one| json!({ELEMENT: one})));
        let body = json!({"script": READ, "args": given});
        let found = self.try_ask("POST", "/execute/async", Some(body))?;
        found.as_array().cloned()
    }

    /// Presses a key in a field.
    pub fn press(&self, selector: &str, key: &str) {
        let element = self.find(selector, None);
        let body = json!({"text": key});
        self.ask("POST", &format!("/element/{element}/value"), Some(body));
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
