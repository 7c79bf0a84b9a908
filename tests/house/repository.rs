//! What lies in the repository: its files and its packages.

use crate::source::Rust;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file, by its path from the root with `/` between the folders.
pub struct File {
    /// Path from the root.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder from the root.
    pub folder: String,
    /// Folders of the members it depends on, in any way.
    pub members: Vec<String>,
    /// Names of the packages from elsewhere that it is built with; those of its tests are left out.
    pub foreign: Vec<String>,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// Something cargo builds.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// `lib`, `bin`, `test`, …
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its first source file, from the root.
    pub path: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests lie in a folder of the repository")
        .to_path_buf()
}

/// All text files that are tracked, or would be.
pub fn files() -> Vec<File> {
    let listing = output(Command::new("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]));
    let mut paths: Vec<&str> = listing
        .split('\0')
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    paths
        .into_iter()
        .filter_map(|path| {
            Some(File {
                path: path.to_owned(),
                text: read(path)?,
            })
        })
        .collect()
}

/// All Rust sources.
pub fn rust() -> Vec<Rust> {
    let files = files();
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    crate::source::sort_out(sources.map(|file| (file.path.as_str(), file.text.as_str())))
}

/// One file that must be there.
pub fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All packages of the workspace.
pub fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let text = output(Command::new(cargo).args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]));
    let metadata: Value = serde_json::from_str(&text).expect("cargo prints JSON");
    list(&metadata, "packages").map(package).collect()
}

fn package(value: &Value) -> Package {
    let mut package = Package {
        name: string(value, "name"),
        ..Package::default()
    };
    package.folder = parent(&from_root(&string(value, "manifest_path")));
    for dependency in list(value, "dependencies") {
        if dependency["path"].is_string() {
            package.members.push(from_root(&string(dependency, "path")));
        } else if dependency["kind"].is_null() {
            package.foreign.push(string(dependency, "name"));
        }
    }
    for target in list(value, "targets") {
        let kind = target["kind"][0].as_str().unwrap_or_default().to_owned();
        let path = from_root(&string(target, "src_path"));
        package.targets.push(Target {
            kind,
            name: string(target, "name"),
            path,
        });
    }
    package
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn string(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// An absolute path as a path from the root.
fn from_root(path: &str) -> String {
    let path = Path::new(path);
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

fn parent(path: &str) -> String {
    path.rsplit_once('/')
        .map_or("", |(parent, _)| parent)
        .to_owned()
}

fn output(command: &mut Command) -> String {
    let output = command
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the command prints UTF-8")
}

#[test]
fn the_repository_is_seen() {
    assert!(files().iter().any(|file| file.path == "Cargo.toml"));
    assert!(rust().iter().any(|file| file.path == "tests/house/main.rs"));
    assert!(
        packages()
            .iter()
            .any(|package| package.name == "opener-tests" && package.folder == "tests")
    );
}
