//! libp2p transport behind one trait.
