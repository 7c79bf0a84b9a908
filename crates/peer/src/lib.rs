//! The peer program: one event loop.
