//! HTTP and WebSocket door to the api.
