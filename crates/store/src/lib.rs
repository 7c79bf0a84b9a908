//! The peer's SQLite store.
