use super::*;
use clap::Parser;
use std::sync::Arc;
use tauri::ipc::InvokeResponseBody;

fn desk() -> (tempfile::TempDir, Desk) {
    let data = tempfile::tempdir().unwrap();
    let arguments = Arguments::parse_from(["opener-desktop"]);
    let desk = Desk::new(data.path().to_owned(), arguments);
    (data, desk)
}

fn link(number: usize) -> Nudge {
    Nudge::Link {
        url: format!("opener:{number}"),
    }
}

/// A page that writes down what it hears.
fn page() -> (Channel<Nudge>, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(vec![]));
    let ears = heard.clone();
    let channel = Channel::new(move |body| {
        if let InvokeResponseBody::Json(text) = body {
            ears.lock().unwrap().push(text);
        }
        Ok(())
    });
    (channel, heard)
}

#[test]
fn what_waits_for_a_page_is_bounded_and_the_oldest_gives_way() {
    let (_data, desk) = desk();
    for number in 0..=MAX_NUDGES {
        desk.nudge(link(number));
    }
    let (channel, heard) = page();
    desk.attach(channel, tauri::async_runtime::spawn(async {}));
    desk.nudge(link(99));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), MAX_NUDGES + 1);
    assert_eq!(heard[0], r#"{"nudge":"link","url":"opener:1"}"#);
    assert_eq!(heard[MAX_NUDGES], r#"{"nudge":"link","url":"opener:99"}"#);
}

#[test]
fn only_one_opening_runs_at_a_time() {
    let (_data, desk) = desk();
    assert!(!desk.begin_opening(), "the first runs already");
    desk.set_phase(Phase::Locked(Lock::Sealed));
    assert!(desk.begin_opening());
    assert!(!desk.begin_opening());
    desk.set_phase(Phase::Failed("no disk".to_owned()));
    assert!(desk.begin_opening());
}

#[tokio::test]
async fn a_locked_peer_is_asked_nothing() {
    let (_data, desk) = desk();
    desk.set_phase(Phase::Locked(Lock::Fresh));
    let refused = desk.peer().await.err().unwrap();
    assert_eq!(refused.code, Code::Unavailable);
    desk.set_phase(Phase::Failed("no disk".to_owned()));
    let refused = desk.peer().await.err().unwrap();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (Code::Stopped, "no disk")
    );
}

#[test]
fn the_page_sees_the_phase_as_a_word() {
    let shown = |phase| serde_json::to_string(&Door::from(phase)).unwrap();
    assert_eq!(shown(Phase::Locked(Lock::Wrong)), r#"{"phase":"wrong"}"#);
    assert_eq!(
        shown(Phase::Failed("no disk".to_owned())),
        r#"{"phase":"failed","message":"no disk"}"#
    );
}

#[test]
fn what_is_remembered_is_there_at_the_next_start() {
    let (data, desk) = desk();
    desk.remember(|memo| memo.told_still_here = true);
    assert!(Memo::load(data.path()).told_still_here);
}
