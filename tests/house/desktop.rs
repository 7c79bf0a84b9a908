//! What the page in the window may do: call our own commands, and load what is built in.

use crate::repository::files;

/// The permissions a capability gives that are not for commands of our own.
fn foreign_permissions(capability: &str) -> Vec<String> {
    let given: serde_json::Value = serde_json::from_str(capability).unwrap_or_default();
    let given = given["permissions"].as_array().cloned().unwrap_or_default();
    given
        .iter()
        .filter(|one| !one.as_str().is_some_and(is_own))
        .map(ToString::to_string)
        .collect()
}

/// Permissions of plug-ins and of the core are `plug-in:…`; our own are generated from the names of our commands.
fn is_own(permission: &str) -> bool {
    permission.starts_with("allow-") && !permission.contains(':')
}

/// The sources of a content security policy that are neither our own nor the way to our own program.
fn foreign_sources(policy: &str) -> Vec<String> {
    const OWN: [&str; 7] = [
        "'none'",
        "'self'",
        "data:",
        "blob:",
        "ipc:",
        "http://ipc.localhost",
        "",
    ];
    let sources = policy
        .split(';')
        .flat_map(|directive| directive.split_whitespace().skip(1));
    sources
        .filter(|source| !OWN.contains(source))
        .map(str::to_owned)
        .collect()
}

fn text(path: &str) -> String {
    let found = files().into_iter().find(|file| file.path == path);
    found.unwrap_or_else(|| panic!("{path} is missing")).text
}

#[test]
fn the_page_may_call_nothing_but_our_own_commands() {
    let capability = text("src-tauri/capabilities/main.json");
    crate::hold("permissions of others", foreign_permissions(&capability));
    let remote = capability.contains("\"remote\"");
    assert!(!remote, "no page from elsewhere may call anything");
}

#[test]
fn the_window_loads_nothing_from_elsewhere() {
    let config: serde_json::Value =
        serde_json::from_str(&text("src-tauri/tauri.conf.json")).unwrap();
    let policy = config["app"]["security"]["csp"].as_str().unwrap_or("*");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    crate::hold("sources from elsewhere", foreign_sources(policy));
}

#[test]
fn no_plug_in_for_files_shells_or_the_network_is_built_in() {
    let manifest = text("src-tauri/Cargo.toml");
    let found = [
        "fs",
        "shell",
        "http",
        "process",
        "upload",
        "websocket",
        "sql",
        "dialog",
    ]
    .map(|name| format!("tauri-plugin-{name}"))
    .into_iter()
    .filter(|name| manifest.contains(name.as_str()));
    crate::hold("plug-ins that reach too far", found.collect());
}

#[test]
fn a_permission_and_a_source_too_many_are_found() {
    let capability =
        r#"{"permissions":["allow-api","core:default",{"identifier":"fs:allow-read"}]}"#;
    assert_eq!(foreign_permissions(capability).len(), 2);
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src https: ipc:";
    assert_eq!(foreign_sources(policy), ["'unsafe-inline'", "https:"]);
}
