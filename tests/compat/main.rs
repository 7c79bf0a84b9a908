//! What must never change: the bytes of the documents, and what is refused.

mod actors;
mod blobs;
mod documents;
mod forge;
mod hostile;
mod largest;
mod limits;
mod over;
mod pages;
mod signatures;
mod tables;
mod vectors;
