//! The directory server.
