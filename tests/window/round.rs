//! A newcomer buys on a sample market, closes the program, and comes back.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use opener_tests::{
    programs::{opener, pictures},
    world::soon,
};
use serde_json::Value;

use crate::{
    driver::Driver,
    page::{ENTER, Page},
};

const PASSPHRASE: &str = "three chairs and a desk";

/// A market that is killed at the end, and takes its sellers along.
struct Market(Child);

impl Market {
    /// Opens it; gives the address of its directory.
    fn open(data: &Path) -> (Self, String) {
        let mut market = Command::new(opener())
            .args(["market", "--sellers", "6", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = market.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let directory = ready["directory"][0].as_str().unwrap().to_owned();
        (Self(market), directory)
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn choose_a_passphrase(page: &Page<'_>) {
    page.find("h1", Some("Choose a passphrase"));
    let first = "input[autocomplete=new-password]";
    let again = "label:nth-of-type(2) input[autocomplete=new-password]";
    let open = ("button", Some("Open"));
    page.fill(&[(first, PASSPHRASE), (again, PASSPHRASE)], open);
    page.click(open.0, open.1);
}

fn say_who_you_are(page: &Page<'_>) {
    let (name, place) = ("input[autocomplete=organization]", "input[role=combobox]");
    let wanted = [(name, "Namdong 남동공방"), (place, "Incheon")];
    page.fill(&wanted, ("[role=option]", None));
    page.press(place, ENTER);
    page.click("button", Some("Begin"));
}

fn send_a_request(page: &Page<'_>) {
    page.click("a[href='/new']", None);
    let wanted = [
        ("input[aria-label='Item 1']", "Office chairs 사무용 의자"),
        ("input[aria-label='Quantity 1']", "24"),
        ("input[aria-label='You expect to pay about']", "9000000"),
    ];
    page.fill(&wanted, ("button", Some("SEND")));
    page.click("button", Some("SEND"));
}

fn order_the_best(page: &Page<'_>) {
    page.find("thead th[scope=col].best", None);
    page.click("button", Some("ORDER"));
    page.click("[role=dialog] button", Some("Sign and ORDER"));
    page.find("main span", Some("Concluded"));
}

/// The page reaches nothing but our own commands: no plug-in, no file, no other host.
fn nothing_else_is_within_reach(page: &Page<'_>) {
    let commands = [
        "plugin:autostart|enable",
        "plugin:deep-link|register",
        "plugin:event|emit",
        "plugin:fs|read_text_file",
        "plugin:path|resolve_directory",
        "plugin:shell|execute",
        "plugin:window-state|filename",
        "plugin:window|close",
    ];
    for command in commands {
        let script = format!(
            "return window.__TAURI__.core.invoke('{command}').then(() => 'done', (error) => 'refused: ' + error);"
        );
        let answer = page.run(&script);
        let said = answer.as_str().unwrap();
        assert!(said.starts_with("refused: "), "{command}: {said}");
    }
    let reached = page.run("return fetch('http://127.0.0.1:9/').then(() => 'reached', String);");
    assert_ne!(reached, "reached");
    let blocked = page.run(
        "return new Promise((done) => {
           addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
           const script = document.createElement('script');
           script.textContent = 'window.injected = true';
           document.head.append(script);
         });",
    );
    assert!(
        blocked.as_str().unwrap().starts_with("script-src"),
        "{blocked}"
    );
    assert_eq!(page.run("return typeof window.injected;"), "undefined");
}

/// Waits until no program runs on this folder: a running one holds its lock.
async fn is_closed(data: &Path) {
    let lock = File::open(data.join("peer.sqlite.lock")).unwrap();
    let locked = tokio::task::spawn_blocking(move || lock.lock());
    soon("the end of the program", locked)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_buys_on_the_market_and_finds_the_deal_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_market, directory) = Market::open(&folder.path().join("market"));
    let driver = Driver::start(folder.path()).await;
    let me = folder.path().join("me");
    let me = me.to_str().unwrap();

    let page = driver.open(&["--data", me, "--directory", &directory]);
    choose_a_passphrase(&page);
    say_who_you_are(&page);
    send_a_request(&page);
    order_the_best(&page);
    page.picture(&pictures().join("window.png"));
    nothing_else_is_within_reach(&page);
    page.close();
    is_closed(&folder.path().join("me")).await;
    assert!(
        !Path::new(me).join("identity.key").exists(),
        "the key is sealed"
    );

    let page = driver.open(&["--data", me]);
    page.find("h1", Some("Type your passphrase"));
    let (field, open) = ("input[type=password]", ("button", Some("Open")));
    page.fill(&[(field, "some other words")], open);
    page.click(open.0, open.1);
    page.find("[role=status]", Some(
        "This passphrase does not open the key. Mind capital letters and the keyboard's language.",
    ));
    page.fill(&[(field, PASSPHRASE)], open);
    page.click(open.0, open.1);
    page.find("a[href^='/deals/']", None);
    page.picture(&pictures().join("window-deals.png"));
    page.close();
}
