//! What the machine needs beside the Rust toolchain, and how each system installs it. Everything here is pure:
//! probing and running is in `install`.

/// The systems we know how to install on, or to advise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Debian, Ubuntu and their relatives: apt-get.
    Debian,
    /// Fedora and its relatives: dnf.
    Fedora,
    /// Arch and its relatives: pacman.
    Arch,
    /// macOS: the developer tools and brew.
    Mac,
    /// Windows: installers.
    Windows,
    /// Anything else: we can only name what is missing.
    Other,
}

/// How to find out whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// The program answers to `--version`.
    Answers(&'static str),
    /// The program answers to `--version` with at least this version: major, minor.
    AtLeast(&'static str, [u32; 2]),
    /// The C compiler makes a program that includes a header of the C library.
    Compiles,
    /// pkg-config knows the library. Linux only: other systems bring what is asked for here.
    Library(&'static str),
    /// The program lies in the search path. Linux only.
    Found(&'static str),
    /// GStreamer has these plug-ins. Linux only.
    Plugins(&'static [&'static str]),
}

/// One thing that must be on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// What it is, for people.
    pub what: &'static str,
    /// How to find out whether it is there.
    pub probe: Probe,
    /// Packages of Debian and Ubuntu.
    pub debian: &'static [&'static str],
    /// Packages of Fedora.
    pub fedora: &'static [&'static str],
    /// Packages of Arch.
    pub arch: &'static [&'static str],
    /// The command on macOS.
    pub mac: &'static str,
    /// What to install on Windows.
    pub windows: &'static str,
}

/// What the program needs to be built. SQLite and the cryptography bring C sources; the house tests ask git what is
/// tracked.
pub const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler with the headers of the C library",
        probe: Probe::Compiles,
        debian: &["gcc", "libc6-dev"],
        fedora: &["gcc", "glibc-devel"],
        arch: &["gcc"],
        mac: "xcode-select --install",
        windows: "winget install Microsoft.VisualStudio.2022.BuildTools (with the C++ workload)",
    },
    Need {
        what: "git",
        probe: Probe::Answers("git"),
        debian: &["git"],
        fedora: &["git"],
        arch: &["git"],
        mac: "brew install git",
        windows: "winget install Git.Git",
    },
];

/// What needs nothing on a system, in the words of [`Need::mac`] and [`Need::windows`].
const BROUGHT: &str = "nothing: the system brings it along";

/// What the window needs beside that: the web view and the tray of Linux, and what its calls encode with. The web UI in
/// it is built by Node.
pub const WINDOW_NEEDS: &[Need] = &[
    Need {
        what: "WebKitGTK 4.1 with its headers",
        probe: Probe::Library("webkit2gtk-4.1"),
        debian: &["libwebkit2gtk-4.1-dev", "pkg-config"],
        fedora: &["webkit2gtk4.1-devel"],
        arch: &["webkit2gtk-4.1"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "the library of the tray (Ayatana AppIndicator)",
        probe: Probe::Library("ayatana-appindicator3-0.1"),
        debian: &["libayatana-appindicator3-dev"],
        fedora: &["libayatana-appindicator-gtk3-devel"],
        arch: &["libayatana-appindicator"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "the plug-ins of GStreamer for sound and video",
        probe: Probe::Plugins(&["libgstopus.so", "libgstvpx.so", "libgstvideoparsersbad.so"]),
        debian: &[
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
        ],
        fedora: &[
            "gstreamer1-plugins-base",
            "gstreamer1-plugins-good",
            "gstreamer1-plugins-bad-free",
        ],
        arch: &["gst-plugins-base", "gst-plugins-good", "gst-plugins-bad"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    NODE,
];

const NODE: Need = Need {
    what: "Node 20.19 or newer with npm (nodejs.org has it where the system's is older)",
    probe: Probe::AtLeast("node", [20, 19]),
    debian: &["nodejs", "npm"],
    fedora: &["nodejs", "nodejs-npm"],
    arch: &["nodejs", "npm"],
    mac: "brew install node",
    windows: "winget install OpenJS.NodeJS.LTS",
};

/// What browsing needs: the web UI is built by Node and played in Chromium.
pub const BROWSER_NEEDS: &[Need] = &[
    NODE,
    Need {
        what: "Chromium",
        probe: Probe::Answers("chromium"),
        debian: &["chromium"],
        fedora: &["chromium"],
        arch: &["chromium"],
        mac: "brew install chromium",
        windows: "winget install Hibbiki.Chromium",
    },
];

/// What tests need that are played on Linux: for the window a screen, a session and the driver of the web view, for
/// directories on one database PostgreSQL, for peers behind routers namespaces and their rules.
pub const DRIVER_NEEDS: &[Need] = &[
    Need {
        what: "networks in namespaces (iproute2)",
        probe: Probe::Found("ip"),
        debian: &["iproute2"],
        fedora: &["iproute"],
        arch: &["iproute2"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "rules of routers (nftables)",
        probe: Probe::Found("nft"),
        debian: &["nftables"],
        fedora: &["nftables"],
        arch: &["nftables"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "PostgreSQL",
        probe: Probe::Found("psql"),
        debian: &["postgresql"],
        fedora: &["postgresql-server"],
        arch: &["postgresql"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "the driver of WebKitGTK",
        probe: Probe::Found("WebKitWebDriver"),
        debian: &["webkit2gtk-driver"],
        fedora: &["webkitgtk6.0"],
        arch: &["webkit2gtk-4.1"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "a screen in memory (Xvfb)",
        probe: Probe::Found("xvfb-run"),
        debian: &["xvfb", "xauth"],
        fedora: &["xorg-x11-server-Xvfb", "xorg-x11-xauth"],
        arch: &["xorg-server-xvfb", "xorg-xauth"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
    Need {
        what: "a session of its own (dbus-run-session)",
        probe: Probe::Found("dbus-run-session"),
        debian: &["dbus-daemon", "dbus-x11"],
        fedora: &["dbus-daemon", "dbus-x11"],
        arch: &["dbus"],
        mac: BROUGHT,
        windows: BROUGHT,
    },
];

/// Whether what a program says of its version is at least this one.
pub fn is_at_least(said: &str, [major, minor]: [u32; 2]) -> bool {
    let version = said.trim().trim_start_matches('v');
    let mut parts = version
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    found >= (major, minor)
}

/// Who we are on the machine, as far as installing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May install at once.
    Root,
    /// Needs sudo, which can ask for a password at a terminal.
    AtTerminal,
    /// Needs sudo, which must not ask.
    Unattended,
}

/// What to do about the things that are missing.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing is missing.
    Nothing,
    /// Run these commands in order, after showing them.
    Install(Vec<Vec<String>>),
    /// Show these lines and stop.
    Tell(Vec<String>),
}

/// Recognises the system: `os` is [`std::env::consts::OS`], `release` the text of os-release(5), if any.
pub fn recognise(os: &str, release: &str) -> System {
    match os {
        "macos" => return System::Mac,
        "windows" => return System::Windows,
        _ => {}
    }
    let mut families = vec![];
    for key in ["ID=", "ID_LIKE="] {
        let value = release
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default();
        families.extend(value.trim_matches(['"', '\'']).split_whitespace());
    }
    let known = families.iter().find_map(|family| match *family {
        "debian" | "ubuntu" => Some(System::Debian),
        "fedora" | "rhel" => Some(System::Fedora),
        "arch" => Some(System::Arch),
        _ => None,
    });
    known.unwrap_or(System::Other)
}

/// Plans the installation of what is missing.
pub fn plan(system: System, user: User, missing: &[&Need]) -> Plan {
    if missing.is_empty() {
        return Plan::Nothing;
    }
    let packages = |of: fn(&Need) -> &'static [&'static str]| {
        missing.iter().flat_map(move |need| of(need)).copied()
    };
    match system {
        System::Debian => {
            let update = ["apt-get", "update", "-qq"].into_iter();
            let install =
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends"].into_iter();
            let install = install.chain(packages(|need| need.debian));
            Plan::Install(vec![raised(user, update), raised(user, install)])
        }
        System::Fedora => Plan::Tell(vec![told("sudo dnf install", packages(|need| need.fedora))]),
        System::Arch => Plan::Tell(vec![told(
            "sudo pacman -S --needed",
            packages(|need| need.arch),
        )]),
        System::Mac => Plan::Tell(missing.iter().map(|need| need.mac.to_owned()).collect()),
        System::Windows => Plan::Tell(missing.iter().map(|need| need.windows.to_owned()).collect()),
        System::Other => Plan::Tell(
            missing
                .iter()
                .map(|need| format!("install {}", need.what))
                .collect(),
        ),
    }
}

/// The command with what it takes to run it as root.
fn raised<'a>(user: User, words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let before: &[&str] = match user {
        User::Root => &[],
        User::AtTerminal => &["sudo"],
        User::Unattended => &["sudo", "-n"],
    };
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
    before
        .iter()
        .copied()
        .chain(quiet)
        .chain(words)
        .map(str::to_owned)
        .collect()
}

/// A command line to show.
fn told<'a>(start: &str, packages: impl Iterator<Item = &'a str>) -> String {
    packages.fold(start.to_owned(), |line, package| {
        format!("{line} {package}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_number_by_number() {
        assert!(is_at_least("v20.19.0\n", [20, 19]));
        assert!(is_at_least("v22.1.0", [20, 19]));
        assert!(!is_at_least("v20.9.1", [20, 19]));
        assert!(!is_at_least("v18.20.4", [20, 19]));
        assert!(!is_at_least("unknown", [20, 19]));
    }

    #[test]
    fn systems_are_recognised_by_their_release_file() {
        let cases = [
            (
                "linux",
                "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n",
                System::Debian,
            ),
            ("linux", "ID=ubuntu\nID_LIKE=debian\n", System::Debian),
            (
                "linux",
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                System::Debian,
            ),
            ("linux", "ID=fedora\n", System::Fedora),
            (
                "linux",
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n",
                System::Fedora,
            ),
            ("linux", "ID=manjaro\nID_LIKE=arch\n", System::Arch),
            ("linux", "ID=void\n", System::Other),
            ("linux", "", System::Other),
            ("macos", "", System::Mac),
            ("windows", "", System::Windows),
        ];
        for (os, release, system) in cases {
            assert_eq!(recognise(os, release), system, "{os} {release}");
        }
    }

    #[test]
    fn nothing_missing_means_nothing_to_do_anywhere() {
        for system in [System::Debian, System::Fedora, System::Other] {
            assert_eq!(plan(system, User::Root, &[]), Plan::Nothing);
        }
    }

    #[test]
    fn debian_updates_its_lists_and_then_installs_only_what_is_missing() {
        let Plan::Install(commands) = plan(System::Debian, User::Root, &[&NEEDS[1]]) else {
            panic!("not an installation");
        };
        assert!(commands[0].ends_with(&["update".to_owned(), "-qq".to_owned()]));
        assert_eq!(commands[1].last().map(String::as_str), Some("git"));
        assert!(!commands[1].contains(&"gcc".to_owned()));
        assert!(!commands[1].contains(&"sudo".to_owned()));
    }

    #[test]
    fn others_than_root_go_through_sudo_which_asks_only_at_a_terminal() {
        let first = |user| match plan(System::Debian, user, &[&NEEDS[0]]) {
            Plan::Install(commands) => commands[0][..2].join(" "),
            other => panic!("{other:?}"),
        };
        assert_eq!(first(User::AtTerminal), "sudo env");
        assert_eq!(first(User::Unattended), "sudo -n");
    }

    #[test]
    fn other_systems_get_the_exact_command_and_nothing_is_run() {
        let all: Vec<&Need> = NEEDS.iter().collect();
        let told = |system| match plan(system, User::Root, &all) {
            Plan::Tell(lines) => lines.join("\n"),
            other => panic!("{other:?}"),
        };
        assert_eq!(told(System::Fedora), "sudo dnf install gcc glibc-devel git");
        assert_eq!(told(System::Arch), "sudo pacman -S --needed gcc git");
        assert_eq!(
            told(System::Mac),
            "xcode-select --install\nbrew install git"
        );
        assert!(told(System::Windows).contains("winget install Git.Git"));
        assert!(told(System::Other).contains("C compiler"));
    }

    #[test]
    fn every_need_says_how_to_meet_it_on_every_system() {
        for need in [NEEDS, WINDOW_NEEDS, BROWSER_NEEDS, DRIVER_NEEDS].concat() {
            assert!(
                !need.debian.is_empty() && !need.fedora.is_empty() && !need.arch.is_empty(),
                "{}",
                need.what
            );
            assert!(
                !need.mac.is_empty() && !need.windows.is_empty(),
                "{}",
                need.what
            );
        }
    }
}
