//! What a person or a program may ask of a peer.
