//! A small internet: hosts in network namespaces, routers that translate addresses, and a thread in each place.

use std::{
    fs::File,
    future::Future,
    io::Write,
    process::{Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use nix::sched::{CloneFlags, setns};
use tokio::runtime::{Builder, Runtime};

/// How a router translates the addresses of those behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nat {
    /// The port outside is the port inside.
    KeepsPort,
    /// The port outside is another, and the same towards everybody.
    ChangesPort,
    /// So too, and everybody may knock there.
    FullCone,
    /// The port outside is another towards each.
    Symmetric,
}

impl Nat {
    pub const ALL: [Self; 4] = [
        Self::KeepsPort,
        Self::ChangesPort,
        Self::FullCone,
        Self::Symmetric,
    ];

    /// The rules of a router with this public address for the one host behind it. Who is not asked for is dropped in
    /// silence, as routers do.
    fn rules(self, public: &str, inside: &str) -> String {
        let map = format!(
            "udp sport {PORT} snat to {public}:{MAPPED}\n tcp sport {PORT} snat to {public}:{MAPPED}"
        );
        let (out, back) = match self {
            Self::KeepsPort => (String::new(), String::new()),
            Self::ChangesPort => (map, String::new()),
            Self::FullCone => (
                map,
                format!(
                    "udp dport {MAPPED} dnat to {inside}:{PORT}\n tcp dport {MAPPED} dnat to {inside}:{PORT}"
                ),
            ),
            Self::Symmetric => (
                "oifname wan masquerade fully-random".to_owned(),
                String::new(),
            ),
        };
        format!(
            "table ip nat {{
                chain post {{ type nat hook postrouting priority 100; oifname != wan return\n {out}\n masquerade\n }}
                chain pre {{ type nat hook prerouting priority -100; iifname != wan return\n {back}\n }}
            }}
            table ip guard {{
                chain input {{ type filter hook input priority 0; iifname wan ct state new drop\n }}
                chain forward {{ type filter hook forward priority 0; iifname wan ct status dnat accept\n iifname wan ct state new drop\n }}
            }}"
        )
    }
}

/// Where peers listen.
pub const PORT: u16 = 4001;

/// What a router that changes ports makes of it.
const MAPPED: u16 = 14001;

/// Whether there is what the lab needs; if not, says so.
pub fn is_possible() -> bool {
    let works = |program: &str, argument: &str| {
        let tried = Command::new(program)
            .arg(argument)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    };
    let possible = nix::unistd::geteuid().is_root()
        && works("ip", "-V")
        && works("nft", "-v")
        && works("ip", "netns");
    if !possible {
        eprintln!("skipped: network namespaces need Linux, root, iproute2 and nftables");
    }
    possible
}

/// Whether every row is to be run.
pub fn is_whole() -> bool {
    std::env::var("OPENER_REACH").is_ok_and(|value| value == "all")
}

type Job = Box<dyn FnOnce(&Runtime) + Send>;

/// A namespace and a thread in it.
pub struct Host {
    pub name: String,
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    fn new(lab: u32, name: &str) -> Self {
        let name = format!("opener-{}-{lab}-{name}", std::process::id());
        ip(&["netns", "add", &name]);
        let (jobs, received) = sync_channel(1);
        let place = format!("/run/netns/{name}");
        let thread = std::thread::spawn(move || live(&place, &received));
        let host = Self {
            name,
            jobs: Some(jobs),
            thread: Some(thread),
        };
        host.ip(&["link", "set", "lo", "up"]);
        host
    }

    /// Runs `ip` there.
    pub fn ip(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.name], arguments].concat());
    }

    /// Takes this address on an interface.
    pub fn address(&self, device: &str, address: &str) {
        self.ip(&["addr", "add", address, "dev", device]);
        self.ip(&["link", "set", device, "up"]);
    }

    /// Sends everything else there.
    pub fn route(&self, gateway: &str) {
        self.ip(&["route", "replace", "default", "via", gateway]);
    }

    fn forwards(&self) {
        let done = Command::new("ip")
            .args(["netns", "exec", &self.name, "sh", "-c"])
            .arg("echo 1 > /proc/sys/net/ipv4/ip_forward")
            .status();
        assert!(done.expect("a shell").success());
    }

    fn filters(&self, rules: &str) {
        let mut nft = Command::new("ip")
            .args(["netns", "exec", &self.name, "nft", "-f", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("nft");
        let mut input = nft.stdin.take().expect("an input");
        input.write_all(rules.as_bytes()).expect("rules are read");
        drop(input);
        assert!(nft.wait().expect("the end of nft").success(), "{rules}");
    }

    /// Does this there: sockets and programs of it are in the namespace. One thing at a time.
    pub fn run<T, F>(&self, job: impl FnOnce() -> F + Send + 'static) -> T
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |runtime| {
            let done = runtime.block_on(async { job().await });
            drop(answer.send(done));
        });
        let jobs = self.jobs.as_ref().expect("a thread");
        jobs.send(job).expect("the thread lives");
        answered.recv().unwrap_or_else(|_| {
            panic!(
                "what was done in {} failed; its words stand above",
                self.name
            )
        })
    }
}

/// The thread of a namespace.
fn live(place: &str, jobs: &Receiver<Job>) {
    let namespace = File::open(place).expect("the namespace");
    setns(namespace, CloneFlags::CLONE_NEWNET).expect("the namespace is entered");
    // Threads of the runtime begin in the namespace of the thread that begins them.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    while let Ok(job) = jobs.recv() {
        job(&runtime);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
        drop(
            Command::new("ip")
                .args(["netns", "del", &self.name])
                .status(),
        );
    }
}

/// A public network in the middle, with the numbers 9.0.N.0/24, and homes at its ends, 10.0.N.0/24.
pub struct Lab {
    number: u32,
    middle: Host,
    used: u8,
}

impl Lab {
    pub fn new() -> Self {
        static LABS: AtomicU32 = AtomicU32::new(0);
        let number = LABS.fetch_add(1, Ordering::Relaxed);
        let middle = Host::new(number, "net");
        middle.forwards();
        Self {
            number,
            middle,
            used: 0,
        }
    }

    /// A host with a public address of its own, 9.0.N.2.
    pub fn public(&mut self, name: &str) -> (Host, String) {
        let host = Host::new(self.number, name);
        let address = self.connect(&host, "wan");
        (host, address)
    }

    /// A router with a public address, and the network 10.0.N.0/24 behind it.
    pub fn router(&mut self, name: &str, nat: Nat) -> Router {
        let (host, public) = self.public(name);
        let router = Router {
            host,
            network: self.used,
            public,
        };
        router.host.forwards();
        let rules = nat.rules(&router.public, &router.inside());
        router.host.filters(&rules);
        router
    }

    /// A host behind a router, at 10.0.N.2.
    pub fn home(&self, name: &str, router: &Router) -> Host {
        let host = Host::new(self.number, name);
        router.plug(&host, "eth0");
        host.address("eth0", &format!("{}/24", router.inside()));
        host.route(&router.gateway());
        host
    }

    fn connect(&mut self, host: &Host, device: &str) -> String {
        self.used += 1;
        let port = format!("port{}", self.used);
        join(&self.middle, &port, host, device);
        self.middle
            .address(&port, &format!("9.0.{}.1/24", self.used));
        let address = format!("9.0.{}.2", self.used);
        host.address(device, &format!("{address}/24"));
        host.route(&format!("9.0.{}.1", self.used));
        address
    }
}

/// A router that translates.
pub struct Router {
    pub host: Host,
    pub public: String,
    network: u8,
}

impl Router {
    /// The address of the host behind it.
    pub fn inside(&self) -> String {
        format!("10.0.{}.2", self.network)
    }

    /// The router as seen from inside.
    pub fn gateway(&self) -> String {
        format!("10.0.{}.1", self.network)
    }

    /// Puts a cable to a host, which the host does not use yet.
    pub fn plug(&self, host: &Host, device: &str) {
        join(&self.host, "lan", host, device);
        self.host.address("lan", &format!("{}/24", self.gateway()));
    }

    /// Forgets what it has mapped, as after a loss of power.
    pub fn forget(&self) {
        self.host.ip(&["link", "set", "wan", "down"]);
        self.host.ip(&["link", "set", "wan", "up"]);
        self.host.route(&format!("9.0.{}.1", self.network));
    }
}

/// A cable between two hosts.
fn join(one: &Host, device: &str, other: &Host, end: &str) {
    ip(&[
        "link",
        "add",
        device,
        "netns",
        &one.name,
        "type",
        "veth",
        "peer",
        "name",
        end,
        "netns",
        &other.name,
    ]);
}

fn ip(arguments: &[&str]) {
    let done = Command::new("ip").args(arguments).status().expect("ip");
    assert!(done.success(), "ip {}", arguments.join(" "));
}
