//! HTTP and WebSocket door to the api, for browsers and scripts: `POST /api`, `GET /events`, `PUT /blob` and
//! `GET /blob/HASH` for attached files, `GET /call/CALL/media` for sound and picture, `POST /backup`, `GET /healthz`, and the
//! built user interface. It knows no request by name.
//!
//! Whoever asks needs the token, by an address that is ours, from a page that is ours. Against a page that makes its own
//! name point at this computer (DNS rebinding) stand the checks of `Host` and `Origin`; against other users of the
//! computer stands the token.

mod accept;
mod answer;
mod backup;
mod blob;
mod door;
mod events;
mod guard;
mod headers;
mod limits;
mod media;
mod pages;
mod phone;
mod seats;
mod serve;
mod token;
mod tries;

pub use limits::{CONNECTIONS, SOCKETS, UPLOADS};
pub use pages::{FindPage, Page, Pages};
pub use phone::PhoneDoor;
pub use serve::{GatewayConfig, GatewayError, Running, serve};
pub use token::{Token, TokenError};
