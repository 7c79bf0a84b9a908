//! The rules of negotiation: pure machines for requests and dialogues.
