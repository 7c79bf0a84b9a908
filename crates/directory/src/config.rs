//! What an operator says when a directory starts.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use opener_trade::Address;

use crate::limits::Limits;

/// Where listings and reports are kept.
#[derive(Clone, Default)]
pub enum Database {
    /// In a file of SQLite in the data folder.
    #[default]
    InFolder,
    /// In a file of SQLite elsewhere.
    File(PathBuf),
    /// In PostgreSQL, at a URL that begins with `postgres://`; several processes may share it.
    Postgres(String),
}

/// Why words name no database.
#[derive(Debug, thiserror::Error)]
#[error("a database is the path of a file, or a URL such as postgres://directory@localhost/opener")]
pub struct NoDatabase;

impl FromStr for Database {
    type Err = NoDatabase;

    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            Some(_) => Err(NoDatabase),
            None if text.is_empty() => Err(NoDatabase),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// A URL may hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InFolder => "SQLite in the data folder",
            Self::File(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        })
    }
}

/// Where a directory keeps its data, where it listens, and its caps.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder: the identity and the database.
    pub data: PathBuf,
    /// Where listings and reports are kept.
    pub database: Database,
    /// Where peers reach it.
    pub listen: Vec<Address>,
    /// Where `/healthz`, `/metrics` and the status page are. Port 0 lets the system choose.
    pub http: SocketAddr,
    /// The caps.
    pub limits: Limits,
}

impl Config {
    /// Peers reach it on every interface, HTTP on loopback alone; the system chooses the ports.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            database: Database::default(),
            listen: opener_net::default_listen(),
            http: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_told_from_a_file_and_shows_no_password() {
        let postgres: Database = "postgres://me:secret@host/db".parse().unwrap();
        assert_eq!(format!("{postgres:?}"), "PostgreSQL");
        assert!(matches!("/srv/directory.db".parse(), Ok(Database::File(_))));
        assert!("mysql://host/db".parse::<Database>().is_err());
        assert!("".parse::<Database>().is_err());
    }

    #[test]
    fn http_stays_on_this_machine_unless_asked() {
        assert!(Config::new("data").http.ip().is_loopback());
    }
}
