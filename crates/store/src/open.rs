//! Opening: the file and its rights, the lock, the format, the connections.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::StoreError;

/// An empty database of the newest format, for stores in memory.
static EMPTY: OnceCell<Vec<u8>> = OnceCell::const_new();

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections that only read. The peer's own loop takes one; a second and third let long lists for two screens run
/// beside it. Each costs a thread and a cache.
pub(crate) const READERS: usize = 3;

/// How long a statement waits for another connection of this process: longer than any one transaction, which writes a
/// few documents of at most 4 MB.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection and whether a transaction may still be open on it, left by a [`crate::Write`] that was dropped.
pub(crate) struct Slot {
    pub(crate) connection: SqliteConnection,
    pub(crate) unfinished: bool,
}

/// An open store. Dropping it closes the connections and gives the lock back; [`Store::close`] waits for that.
pub struct Store {
    writer: Mutex<Slot>,
    readers: Vec<Mutex<Slot>>,
    /// Held for as long as the store lives; the system takes it back when the process ends, however it ends.
    _lock: Option<File>,
}

impl Store {
    /// Opens or makes the database at `path`, and its folder, readable by this user only, and brings its format up to
    /// date.
    ///
    /// # Errors
    /// Another process has it open, a newer program wrote it, or the disk refuses.
    pub async fn open(path: &Path) -> Result<Store, StoreError> {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            make_folder(folder).map_err(|source| file_error(folder, source))?;
        }
        let lock = lock(path)?;
        open_private(path).map_err(|source| file_error(path, source))?;

        let options = options().filename(path);
        let mut writer = options
            .clone()
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "ON")
            .connect()
            .await?;
        migrate(&mut writer).await?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let connection = options.clone().read_only(true).connect().await?;
            readers.push(Mutex::new(Slot::new(connection)));
        }
        Ok(Store {
            writer: Mutex::new(Slot::new(writer)),
            readers,
            _lock: Some(lock),
        })
    }

    /// A store that lives in memory, on one connection. A [`crate::Read`] of the store waits while a
    /// [`crate::Write`] is open; inside a change, read through the change.
    ///
    /// The first one of a process is migrated, the next ones are copies of it as it was then.
    ///
    /// # Errors
    /// SQLite has no memory.
    pub async fn in_memory() -> Result<Store, StoreError> {
        let mut connection = options().filename(":memory:").connect().await?;
        let image = EMPTY.get_or_try_init(async || {
            let mut first = options().filename(":memory:").connect().await?;
            migrate(&mut first).await?;
            Ok::<_, StoreError>(first.serialize(None).await?.to_vec())
        });
        let image = image.await?.as_slice().try_into()?;
        connection.deserialize(None, image, false).await?;
        Ok(Store {
            writer: Mutex::new(Slot::new(connection)),
            readers: vec![],
            _lock: None,
        })
    }

    /// Writes the database as it stands at one moment into a new file, which must not be there.
    ///
    /// # Errors
    /// The file is there, or the disk refuses.
    pub async fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let mut slot = self.writer().await;
        let query = sqlx::query("VACUUM INTO ?1").bind(to.to_string_lossy().into_owned());
        query.execute(&mut slot.connection).await?;
        Ok(())
    }

    /// Whether the file is whole, as far as SQLite can tell.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn is_sound(&self) -> Result<bool, StoreError> {
        let mut slot = self.writer().await;
        let query = sqlx::query("PRAGMA quick_check(1)");
        let row = query.fetch_one(&mut slot.connection).await?;
        Ok(row.try_get::<&str, _>(0)? == "ok")
    }

    /// Closes every connection in order, so that the file alone holds everything, and gives the lock back.
    ///
    /// # Errors
    /// The last write of the log into the file failed; nothing committed is lost, the next start repeats it.
    pub async fn close(self) -> Result<(), StoreError> {
        for reader in self.readers {
            reader.into_inner().connection.close().await?;
        }
        Ok(self.writer.into_inner().connection.close().await?)
    }

    pub(crate) async fn writer(&self) -> MutexGuard<'_, Slot> {
        let mut slot = self.writer.lock().await;
        slot.heal().await;
        slot
    }

    pub(crate) async fn reader(&self) -> MutexGuard<'_, Slot> {
        match self.readers.iter().find_map(|slot| slot.try_lock().ok()) {
            Some(slot) => slot,
            None => match self.readers.first() {
                Some(slot) => slot.lock().await,
                None => self.writer().await,
            },
        }
    }
}

impl Slot {
    fn new(connection: SqliteConnection) -> Self {
        Self {
            connection,
            unfinished: false,
        }
    }

    /// Rolls back what a dropped transaction left. Whether there was one is not known after a cancelled `BEGIN` or
    /// `COMMIT`, so "no transaction" is no error; a real one shows at the next `BEGIN`.
    async fn heal(&mut self) {
        if self.unfinished {
            let rolled_back = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
            self.unfinished =
                matches!(&rolled_back, Err(error) if !matches!(error, sqlx::Error::Database(_)));
        }
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("recursive_triggers", "ON")
        .disable_statement_logging()
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    match MIGRATIONS.run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > known => {
            Err(StoreError::NewerFormat { found, known })
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(error.into())
        }
        Err(other) => Err(StoreError::ForeignFormat(other)),
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let file = open_private(&lock_path).map_err(|source| file_error(&lock_path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(file_error(&lock_path, source)),
    }
}

fn file_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(unix)]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Opens or makes a file that only this user may read. SQLite gives the files beside it the same rights.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}
