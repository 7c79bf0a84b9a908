//! What must never change: the bytes of the documents, and what is refused.

mod actors;
mod documents;
mod forge;
mod hostile;
mod signatures;
mod vectors;
