//! A market to try things against: a directory and sample sellers who bid by themselves.

pub mod catalogue;
pub mod quote;
mod reach;
pub mod seller;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, TryStreamExt, stream};
use opener_api::Profile;
use opener_trade::{Address, PeerId};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::{
    args::MarketArguments,
    child::{Child, Program, stop_all},
    client::Gateway,
    output,
    stop::Stop,
};

/// Processes that are started at once: opening a database and a set of sockets keeps a core busy for a moment.
const STARTING: usize = 4;

/// What a market says when it is ready.
#[derive(Serialize)]
struct Ready {
    ready: bool,
    directory: Vec<Address>,
    sellers: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: String,
    peer_id: PeerId,
}

/// Runs a market until it is told to stop.
///
/// # Errors
/// A process does not start, or a seller's program fails.
pub async fn run(arguments: MarketArguments) -> Result<()> {
    let mut stop = Stop::listen(false)?;
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = arguments.data.as_deref().unwrap_or(temporary.path());
    let program = Program::own()?;
    let directory = program.directory(&data.join("directory")).await?;
    let mut sellers = vec![];
    let opened = tokio::select! {
        opened = open(&program, data, &directory, arguments.sellers, &mut sellers) => opened,
        () = stop.asked() => Ok(JoinSet::new()),
    };
    let ended = match opened {
        Ok(mut programs) => tokio::select! {
            Some(ended) = programs.join_next() => ended?,
            () = stop.asked(), if !programs.is_empty() => Ok(()),
            else => Ok(()),
        },
        Err(error) => Err(error),
    };
    stop_all(sellers).await;
    directory.stop().await;
    ended
}

async fn open(
    program: &Program,
    data: &Path,
    directory: &Child,
    count: u32,
    sellers: &mut Vec<Child>,
) -> Result<JoinSet<Result<()>>> {
    let address = directory.address()?;
    let firms = catalogue::take(&catalogue::firms()?, count as usize)?;
    let folders = firms
        .iter()
        .enumerate()
        .map(|(i, firm)| (data.join(format!("seller-{}", i + 1)), firm.profile.clone()));
    *sellers = start(program, folders, &address).await?;
    let mut programs = JoinSet::new();
    let mut listed = vec![];
    for (firm, child) in firms.into_iter().zip(sellers.iter()) {
        let gateway = child.gateway()?;
        let name = firm.profile.name.to_string();
        listed.push(Listed {
            name: name.clone(),
            peer_id: child.ready.peer_id,
        });
        programs.spawn(async move {
            let ended = seller::run(&gateway, |rfp| firm.answer(rfp)).await;
            ended.map_err(|error| anyhow!("{name}: {error:#}"))
        });
    }
    registered(sellers).await?;
    output::json_line(&Ready {
        ready: true,
        directory: directory.ready.addresses.clone(),
        sellers: listed,
    })?;
    eprintln!("{}", how_to_join(&address));
    Ok(programs)
}

fn how_to_join(address: &Address) -> String {
    format!(
        "The market is open. To buy here, start a peer in another terminal:\n\n  \
         opener peer --data me --directory {address}\n\n\
         then, in a third, say who you are and send a request:\n\n  \
         opener api profile.set '{{\"name\":\"Me\",\"roles\":{{\"buys\":true,\"sells\":false}},\"place\":{{\"country\":\"KR\",\
         \"locality\":\"서울\"}}}}' --data me\n  \
         opener api rfp.send \"{{\\\"rfp\\\":$(cat assets/samples/office-chairs.json)}}\" --data me\n  \
         opener api deal.list --data me\n\nCtrl-C closes the market."
    )
}

/// Starts peers with these folders and profiles, in this order, some at a time.
///
/// # Errors
/// One of them does not start.
pub async fn start(
    program: &Program,
    peers: impl IntoIterator<Item = (PathBuf, Profile)>,
    directory: &Address,
) -> Result<Vec<Child>> {
    let starting = peers.into_iter().map(|(folder, profile)| async move {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let file = folder.join("profile.json");
        std::fs::write(&file, serde_json::to_vec(&profile)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
        program.peer(&folder, directory, Some(&file)).await
    });
    stream::iter(starting)
        .buffered(STARTING)
        .try_collect()
        .await
}

/// Waits until the directories know every one of these peers.
///
/// # Errors
/// A peer has stopped.
pub async fn registered(peers: &[Child]) -> Result<()> {
    let waiting = peers.iter().map(|peer| async {
        let gateway: Gateway = peer.gateway()?;
        let mut events = gateway.events().await?;
        events
            .until(async || {
                let directories = gateway.ask(opener_api::request::DirectoryStatus {}).await?;
                Ok(directories
                    .iter()
                    .any(|directory| directory.registered_until.is_some())
                    .then_some(()))
            })
            .await
    });
    stream::iter(waiting)
        .buffer_unordered(STARTING)
        .try_collect()
        .await
}
