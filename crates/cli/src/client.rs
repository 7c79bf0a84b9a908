//! Speaking with a peer through its gateway: requests over HTTP, events over a WebSocket.

use std::{fs::File, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use futures::{FutureExt, StreamExt};
use opener_api::{ApiError, Ask, Event};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use zeroize::Zeroizing;

use crate::ready::Door;

/// Seconds until an answer is given up. A search waits for its directories, which have ten.
const ANSWER: Duration = Duration::from_secs(60);
/// Seconds until a file on its way is given up: as long as the gateway lets it come in.
const TRANSFER: Duration = Duration::from_secs(600);
/// Bytes of one answer at most. The largest is the bundle of a deal: some documents of 6 MiB each, as hexadecimal text.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// A peer's gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    door: Door,
    agent: ureq::Agent,
}

impl Gateway {
    /// The gateway behind this door.
    pub fn new(door: Door) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER));
        Self {
            door,
            agent: config.build().into(),
        }
    }

    /// Asks the peer.
    ///
    /// # Errors
    /// The peer refuses, which is an [`ApiError`] underneath, or cannot be reached.
    pub async fn ask<A: Ask>(&self, asked: A) -> Result<A::Answer> {
        let params =
            serde_json::to_value(asked).context("the parameters cannot be written as JSON")?;
        let answer = self
            .call(A::METHOD, params)
            .await
            .with_context(|| A::METHOD.to_owned())?;
        serde_json::from_value(answer)
            .with_context(|| format!("the answer to {} is not understood", A::METHOD))
    }

    /// Asks by the method's name.
    ///
    /// # Errors
    /// As [`Gateway::ask`].
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let (agent, door) = (self.agent.clone(), self.door.clone());
        let body = json!({ "method": method, "params": params });
        tokio::task::spawn_blocking(move || post(&agent, &door, &body)).await?
    }

    /// Adds a file to the peer and gives what documents name it by.
    ///
    /// # Errors
    /// The peer refuses, which is an [`ApiError`] underneath, or cannot be reached.
    pub async fn upload(&self, name: &str, media_type: &str, file: File) -> Result<Value> {
        let (agent, door) = (self.agent.clone(), self.door.clone());
        let (name, media_type) = (name.to_owned(), media_type.to_owned());
        tokio::task::spawn_blocking(move || put(&agent, &door, &name, &media_type, file)).await?
    }

    /// The bytes of a file that is at the peer, by its hash. Reading them blocks.
    ///
    /// # Errors
    /// The peer refuses, which is an [`ApiError`] underneath, or cannot be reached.
    pub async fn download(&self, sha256: &str) -> Result<ureq::BodyReader<'static>> {
        let (agent, door) = (self.agent.clone(), self.door.clone());
        let sha256 = sha256.to_owned();
        tokio::task::spawn_blocking(move || get(&agent, &door, &sha256)).await?
    }

    /// A backup of the peer, sealed with this passphrase. Reading it blocks.
    ///
    /// # Errors
    /// The peer refuses, which is an [`ApiError`] underneath, or cannot be reached.
    pub async fn backup(&self, words: Zeroizing<String>) -> Result<ureq::BodyReader<'static>> {
        let (agent, door) = (self.agent.clone(), self.door.clone());
        tokio::task::spawn_blocking(move || {
            let address = format!("{}/backup", door.gateway.trim_end_matches('/'));
            let sent = agent
                .post(address)
                .header("authorization", format!("Bearer {}", door.token))
                .config()
                .timeout_global(Some(TRANSFER))
                .build()
                .send(words.as_str());
            given(sent.with_context(|| unreachable(&door))?, &door)
        })
        .await?
    }

    /// Listens to what changes at the peer from now on.
    ///
    /// # Errors
    /// The peer cannot be reached, or refuses.
    pub async fn events(&self) -> Result<Events> {
        let rest = self
            .door
            .gateway
            .trim_end_matches('/')
            .strip_prefix("http://");
        let Some(rest) = rest else {
            bail!("a gateway's address begins with http://")
        };
        let mut request = format!("ws://{rest}/events").into_client_request()?;
        request
            .headers_mut()
            .insert("authorization", bearer(&self.door)?);
        let connecting = tokio_tungstenite::connect_async(request);
        let connected = tokio::time::timeout(ANSWER, connecting)
            .await
            .context("the gateway is silent")?;
        let (socket, _) = connected.with_context(|| unreachable(&self.door))?;
        Ok(Events(socket))
    }
}

fn bearer(door: &Door) -> Result<HeaderValue> {
    HeaderValue::from_str(&format!("Bearer {}", door.token))
        .context("the token holds characters that no token has")
}

fn unreachable(door: &Door) -> String {
    format!(
        "no peer answers at {}: it has stopped, or never ran there; start it with `opener peer`",
        door.gateway
    )
}

fn post(agent: &ureq::Agent, door: &Door, body: &Value) -> Result<Value> {
    let address = format!("{}/api", door.gateway.trim_end_matches('/'));
    let sent = agent
        .post(address)
        .header("authorization", format!("Bearer {}", door.token))
        .send_json(body);
    read(sent.with_context(|| unreachable(door))?, door)
}

fn put(
    agent: &ureq::Agent,
    door: &Door,
    name: &str,
    media_type: &str,
    file: File,
) -> Result<Value> {
    let address = format!("{}/blob", door.gateway.trim_end_matches('/'));
    let sent = agent
        .put(address)
        .query("name", name)
        .header("authorization", format!("Bearer {}", door.token))
        .header("content-type", media_type)
        .config()
        .timeout_global(Some(TRANSFER))
        .build()
        .send(file);
    read(sent.with_context(|| unreachable(door))?, door)
}

fn get(agent: &ureq::Agent, door: &Door, sha256: &str) -> Result<ureq::BodyReader<'static>> {
    let address = format!("{}/blob/{sha256}", door.gateway.trim_end_matches('/'));
    let sent = agent
        .get(address)
        .header("authorization", format!("Bearer {}", door.token))
        .config()
        .timeout_global(Some(TRANSFER))
        .build()
        .call();
    given(sent.with_context(|| unreachable(door))?, door)
}

/// The bytes of an answer that is a file.
fn given(
    response: ureq::http::Response<ureq::Body>,
    door: &Door,
) -> Result<ureq::BodyReader<'static>> {
    if response.status().is_success() {
        return Ok(response.into_body().into_reader());
    }
    read(response, door).and_then(|_| bail!("the gateway gives no file"))
}

/// Reads an answer in JSON.
fn read(mut response: ureq::http::Response<ureq::Body>, door: &Door) -> Result<Value> {
    let status = response.status();
    let text = response
        .body_mut()
        .with_config()
        .limit(MAX_ANSWER)
        .read_to_string()?;
    match serde_json::from_str(&text) {
        Ok(Answer::Ok(answer)) => Ok(answer),
        Ok(Answer::Error(refusal)) => Err(refusal.into()),
        Err(_) => Err(anyhow!(
            "{} answered {status}: it is no gateway of a peer",
            door.gateway
        )),
    }
}

/// What a gateway answers.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok(Value),
    Error(ApiError),
}

/// What changes at a peer, as it happens.
#[derive(Debug)]
pub struct Events(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Events {
    /// The next event.
    ///
    /// # Errors
    /// The peer has stopped.
    pub async fn next(&mut self) -> Result<Event> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text)
                        .with_context(|| format!("not an event: {text}"));
                }
                Some(Ok(Message::Close(_))) | None => bail!("the peer has stopped"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error).context("the peer has stopped"),
            }
        }
    }

    /// Waits until something is as it should be: looks now, and again after every event.
    ///
    /// # Errors
    /// Looking fails, or the peer has stopped.
    pub async fn until<T>(
        &mut self,
        mut look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            self.next().await?;
            // What happened meanwhile is seen by the same look.
            while let Some(event) = self.next().now_or_never() {
                event?;
            }
        }
    }
}
