//! The language of trade: values, documents, envelope.
