//! Whole files, from their bytes.

mod any_input;
mod ocds_files;
mod own_files;
mod recorded;
mod schema;
