//! Test kit: named actors, virtual time, seeded network.
