//! The codec that puts frames on libp2p's request-response streams.

use std::{io, sync::Arc};

use futures::{AsyncRead, AsyncWrite};
use libp2p::request_response;

use crate::{
    Protocol,
    budget::{Budget, Hold},
    frame,
};

/// A request: what it carries, and for an inbound one the memory it holds.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) protocol: Protocol,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) hold: Option<Hold>,
}

impl Request {
    pub(crate) fn outbound(protocol: Protocol, bytes: Arc<[u8]>) -> Self {
        Self {
            protocol,
            bytes,
            hold: None,
        }
    }
}

/// Reads and writes frames within the limits of the negotiated protocol.
#[derive(Debug, Clone)]
pub(crate) struct Codec {
    budget: Budget,
}

impl Codec {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget }
    }
}

impl request_response::Codec for Codec {
    type Protocol = Protocol;
    type Request = Request;
    type Response = Arc<[u8]>;

    async fn read_request<T>(&mut self, protocol: &Protocol, io: &mut T) -> io::Result<Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        let mut hold = self.budget.hold();
        let bytes = frame::read(io, protocol.max_request_bytes(), Some(&mut hold)).await?;
        Ok(Request {
            protocol: *protocol,
            bytes: bytes.into(),
            hold: Some(hold),
        })
    }

    async fn read_response<T>(&mut self, protocol: &Protocol, io: &mut T) -> io::Result<Arc<[u8]>>
    where
        T: AsyncRead + Unpin + Send,
    {
        Ok(frame::read(io, protocol.max_response_bytes(), None)
            .await?
            .into())
    }

    async fn write_request<T>(
        &mut self,
        protocol: &Protocol,
        io: &mut T,
        request: Request,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frame::write(io, &request.bytes, protocol.max_request_bytes()).await
    }

    async fn write_response<T>(
        &mut self,
        protocol: &Protocol,
        io: &mut T,
        response: Arc<[u8]>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frame::write(io, &response, protocol.max_response_bytes()).await
    }
}
