//! A private PostgreSQL for tests: in a folder that goes away, reached by a socket in that folder alone.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

/// A running server; it stops when it is dropped.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
}

/// Where Debian puts the programs of the newest version, if they are installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

/// PostgreSQL does not run as root: there, as the user that Debian made for it.
fn command(program: &Path) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| {
        #[cfg(unix)]
        return std::os::unix::fs::MetadataExt::uid(&me) == 0;
        #[cfg(not(unix))]
        return false;
    });
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

impl Cluster {
    /// Starts one, or says why there is none.
    pub fn start() -> Option<Self> {
        let started = Self::try_start();
        if started.is_none() {
            eprintln!("skipped: no PostgreSQL can be started here (install Debian's `postgresql`)");
        }
        started
    }

    fn try_start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new()
            .prefix("opener-pg")
            .tempdir()
            .ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).ok()?;
        }
        let cluster = Self { folder, programs };
        let data = cluster.data();
        let made = succeeds(
            command(&cluster.programs.join("initdb"))
                .args([
                    "--auth=trust",
                    "--username=directory",
                    "--encoding=UTF8",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data),
        );
        let sockets = cluster.folder.path().display().to_string();
        let options = format!("-c listen_addresses= -c unix_socket_directories={sockets}");
        let runs = made && cluster.control(&["-w", "-o", &options, "start"]);
        runs.then_some(cluster)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, arguments: &[&str]) -> bool {
        succeeds(
            command(&self.programs.join("pg_ctl"))
                .arg("-D")
                .arg(self.data())
                .arg("-l")
                .arg(self.folder.path().join("log"))
                .args(arguments),
        )
    }

    /// Stops it as a crash does.
    pub fn crash(&self) {
        assert!(self.control(&["-m", "immediate", "stop"]));
    }

    /// Starts it again.
    pub fn start_again(&self) {
        let sockets = self.folder.path().display().to_string();
        let options = format!("-c listen_addresses= -c unix_socket_directories={sockets}");
        assert!(self.control(&["-w", "-o", &options, "start"]));
    }

    /// A new, empty database on it.
    pub fn database(&self, name: &str) -> String {
        let sockets = self.folder.path();
        let made = succeeds(
            command(&self.programs.join("createdb"))
                .args(["-U", "directory", "-h"])
                .arg(sockets)
                .arg(name),
        );
        assert!(made, "a database is made");
        format!(
            "postgres://directory@localhost/{name}?host={}",
            sockets.display()
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.control(&["-m", "immediate", "stop"]);
    }
}

/// One for all tests of this program that only need a database of their own.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(Cluster::start).as_ref()
}
