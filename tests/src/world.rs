//! A directory and peers as processes of their own, to be asked, stopped and killed.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use opener_cli::{
    child::{Child, Program},
    client::{Events, Gateway},
};
use opener_trade::{Address, PeerId};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::programs::opener;

/// Nothing here takes this long; what takes longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for something that must come.
///
/// # Panics
/// It does not come.
pub async fn soon<T>(what: &str, coming: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, coming).await {
        Ok(came) => came,
        Err(_) => panic!("{what}: not within {} s", PATIENCE.as_secs()),
    }
}

/// A folder with a directory.
#[derive(Debug)]
pub struct World {
    folder: TempDir,
    program: Program,
    directory: Option<Child>,
    address: Address,
}

impl World {
    /// A world with a directory that runs.
    ///
    /// # Panics
    /// It does not start.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = Program::at(opener());
        let directory = program
            .directory(&folder.path().join("directory"))
            .await
            .expect("a directory");
        let address = directory.address().expect("an address");
        Self {
            folder,
            program,
            directory: Some(directory),
            address,
        }
    }

    /// Where the directory keeps its files.
    pub fn directory_folder(&self) -> PathBuf {
        self.folder.path().join("directory")
    }

    /// Kills the directory.
    ///
    /// # Panics
    /// The system does not let us.
    pub async fn lose_directory(&mut self) {
        if let Some(directory) = self.directory.take() {
            directory.crash().await.expect("the directory is killed");
        }
    }

    /// A new peer, ready; one that sells is registered at the directory.
    ///
    /// # Panics
    /// It does not start.
    pub async fn peer(&self, name: &str, profile: Value) -> Actor {
        let data = self.folder.path().join(name);
        fs::create_dir_all(&data).expect("a folder");
        let file = data.join("profile.json");
        fs::write(&file, profile.to_string()).expect("a profile");
        let child = self
            .program
            .peer(&data, &self.address, Some(&file))
            .await
            .expect("a peer");
        let actor = Actor {
            name: name.to_owned(),
            data,
            child,
        };
        soon("registration", actor.registered()).await;
        actor
    }

    /// A peer that was there before, started again.
    ///
    /// # Panics
    /// It does not start.
    pub async fn again(&self, name: &str) -> Actor {
        let data = self.folder.path().join(name);
        let child = self
            .program
            .peer(&data, &self.address, None)
            .await
            .expect("a peer");
        Actor {
            name: name.to_owned(),
            data,
            child,
        }
    }
}

/// A peer that runs.
#[derive(Debug)]
pub struct Actor {
    /// What the test calls it.
    pub name: String,
    /// Its data folder.
    pub data: PathBuf,
    /// Its process.
    pub child: Child,
}

impl Actor {
    /// Who it is.
    pub const fn id(&self) -> PeerId {
        self.child.ready.peer_id
    }

    /// Its gateway.
    ///
    /// # Panics
    /// It has none.
    pub fn gateway(&self) -> Gateway {
        self.child.gateway().expect("a gateway")
    }

    /// What changes there from now on.
    ///
    /// # Panics
    /// It has stopped.
    pub async fn events(&self) -> Events {
        self.gateway().events().await.expect("events")
    }

    /// Asks it.
    ///
    /// # Panics
    /// It refuses.
    pub async fn ask<A: opener_api::Ask>(&self, asked: A) -> A::Answer {
        match self.gateway().ask(asked).await {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {error:#}", self.name),
        }
    }

    /// Waits until the directory knows it.
    async fn registered(&self) {
        let gateway = self.gateway();
        let look = async || {
            let directories = gateway.ask(opener_api::request::DirectoryStatus {}).await?;
            Ok(directories
                .iter()
                .any(|directory| directory.registered_until.is_some())
                .then_some(()))
        };
        self.events()
            .await
            .until(look)
            .await
            .expect("the peer runs");
    }
}

/// Where everybody is.
fn place() -> Value {
    json!({ "country": "KR", "locality": "서울", "latitude_e6": 37_566_500, "longitude_e6": 126_978_000 })
}

/// Somebody who sells chairs.
pub fn seller(name: &str) -> Value {
    json!({
        "name": name,
        "roles": { "buys": false, "sells": true },
        "place": place(),
        "words": "사무용 의자 office chairs",
    })
}

/// Somebody who buys.
pub fn buyer(name: &str) -> Value {
    json!({ "name": name, "roles": { "buys": true, "sells": false }, "place": place() })
}

/// A request for chairs.
pub fn chairs(title: &str) -> Value {
    json!({
        "title": title,
        "description": "Twelve chairs that do not squeak.",
        "buyer": { "name": "Seongsu Studio", "place": { "country": "KR", "locality": "서울", "latitude": 37.5665, "longitude": 126.978 } },
        "delivery": { "place": { "country": "KR", "locality": "서울", "latitude": 37.5665, "longitude": 126.978 } },
        "deadline": "in 1 h",
        "award_by": "in 2 h",
        "currencies": ["KRW"],
        "budget": "3000000",
        "lines": [{ "name": "office chairs", "quantity": { "value": 12, "unit": "H87" } }],
    })
}

/// Every byte that a folder holds, file by file.
///
/// # Panics
/// The folder cannot be read.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read(path).expect("a file")))
        .collect()
}
