//! What may be asked on the command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use opener_trade::Address;

/// Sellers that one program starts on one machine at most: each is a process with sockets and a database of its own.
pub const MAX_SELLERS: u32 = 64;

/// Buying and selling from peer to peer: requests for proposal, bids, orders and final terms, signed and delivered
/// directly, with nobody in between.
#[derive(Debug, Parser)]
#[command(name = "opener", version, propagate_version = true, after_help = AFTER)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
First steps:
  opener market                             a directory and sample sellers, to try things against
  opener peer --data me --directory ADDR    a peer of your own; ADDR is what `opener market` prints
  opener api --list                         what a peer can be asked
  opener api network.status --data me       asks yours

Logs go to standard error; OPENER_LOG=info or OPENER_LOG=opener_peer=debug shows more of them (default: warn).";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a directory: it tells buyers who may be able to sell, and keeps the final terms that both sides report
    ///
    /// Prints one JSON line when it is ready: {"ready":true,"peer_id":…,"addresses":[…],"http":"http://…"}. Give one of
    /// the addresses to `opener peer --directory`. Stops on SIGTERM and Ctrl-C.
    Directory(DirectoryArguments),
    /// Run a peer, which buys, sells or both
    ///
    /// Prints one JSON line when it is ready: {"ready":true,"peer_id":…,"addresses":[…],"gateway":"http://…","token":…}.
    /// Address and token of its gateway are also kept in DIR/gateway.json, so that `opener api --data DIR` finds them.
    /// Stops on SIGTERM and Ctrl-C.
    Peer(PeerArguments),
    /// Ask a running peer something and print the answer as JSON
    ///
    /// A refusal is printed as JSON on standard error, and the exit code is 1.
    Api(ApiArguments),
    /// Add a file to a running peer, so that a request, a bid or a chat can name it
    ///
    /// Prints what goes into `attachments` there: {"name":…,"media_type":…,"size":…,"sha256":…}.
    Attach(AttachArguments),
    /// Save an attached file that has been fetched: `opener api attachment.fetch` fetches it
    Save(SaveArguments),
    /// Run a directory and sample sellers who bid by themselves, to try things against
    ///
    /// The sellers are small firms of different goods in Korea and Europe. They bid from their catalogues, decline what
    /// they do not sell or cannot deliver, accept orders and sign final terms. Prints one JSON line when all are ready,
    /// and on standard error how to join. Runs until SIGTERM or Ctrl-C.
    Market(MarketArguments),
    /// Play a whole round on a real tender: request, bids, ranking, order, final terms
    ///
    /// Reads an OCDS release or an RFP file of ours (docs/rfp.schema.json), starts a directory, a buyer and one peer for
    /// each recorded bidder as separate processes on this machine, and plays the tender as it is recorded: each bidder
    /// bids its recorded amount, and bids that the record shows as refused are excluded with that reason. Without recorded
    /// bids, sample sellers bid. The deadlines are set anew, from now on. Exit code 0 only if the order is concluded and
    /// the final terms are reported; a replay that takes longer than five minutes is given up.
    Replay(ReplayArguments),
    /// Make a backup of a running peer: key, database, attached files in one file
    ///
    /// The file is sealed with a passphrase of its own (Argon2id, XChaCha20-Poly1305), for `opener restore` on any machine.
    /// Whoever has the file and the passphrase has the identity.
    Backup(BackupArguments),
    /// Restore a backup into a new data folder
    ///
    /// Everything is checked before the folder changes. The key is sealed with the same passphrase. The restored peer says
    /// and takes nothing until its owner says that the old one is off: opener api restored.go_on.
    Restore(RestoreArguments),
    /// Check an exported deal without asking anybody
    ///
    /// Checks signatures, chains, ids, sums, deadlines and the final terms of what `opener api deal.transcript` exports,
    /// and says in words what that proves and what it cannot. Exit code 1 if anything is wrong.
    Verify(VerifyArguments),
}

/// Arguments of `opener directory`.
#[derive(Debug, Args)]
pub struct DirectoryArguments {
    /// Folder for key and database; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where listings and reports are kept: the path of a SQLite file, or postgres://USER@HOST/NAME, which several
    /// directories may share [default: a file in the data folder]
    #[arg(
        long,
        value_name = "FILE | URL",
        env = "OPENER_DATABASE",
        hide_env_values = true,
        verbatim_doc_comment
    )]
    pub database: Option<opener_directory::Database>,
    /// Where peers reach it, e.g. /ip4/0.0.0.0/udp/4100/quic-v1; may be repeated
    /// [default: QUIC and TCP on every interface, free ports]
    #[arg(long, value_name = "MULTIADDR", verbatim_doc_comment)]
    pub listen: Vec<Address>,
    /// Where /healthz, /metrics and a status page are
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub http: SocketAddr,
    /// Also stop when standard input ends: for programs that start a directory and must not leave it behind
    #[arg(long)]
    pub stop_with_stdin: bool,
}

/// Arguments of `opener peer`.
#[derive(Debug, Args)]
pub struct PeerArguments {
    /// Folder for key and database; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// A directory, ending in /p2p/ and its id; may be repeated [default: those used before]
    #[arg(long, value_name = "MULTIADDR")]
    pub directory: Vec<Address>,
    /// Where other peers reach this one; may be repeated [default: QUIC and TCP on every interface, free ports]
    #[arg(long, value_name = "MULTIADDR")]
    pub listen: Vec<Address>,
    /// File whose first line seals the key, for its owner alone; a key that lies open is sealed with it. Without this, a
    /// sealed key asks at the terminal [default: the key lies in a file for its owner alone]
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub passphrase_file: Option<PathBuf>,
    /// Where the gateway for browsers and scripts listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub gateway: SocketAddr,
    /// Folder of the built web UI (ui/dist), which the gateway then serves; open GATEWAY/#token=TOKEN in a browser
    #[arg(long, value_name = "DIR")]
    pub ui: Option<PathBuf>,
    /// JSON file with the profile (name, place, roles, goods); replaces the stored one, as `profile.set` does
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Also stop when standard input ends: for programs that start a peer and must not leave it behind
    #[arg(long)]
    pub stop_with_stdin: bool,
}

/// Arguments of `opener api`.
#[derive(Debug, Args)]
pub struct ApiArguments {
    /// The method, e.g. rfp.send; --list shows all
    #[arg(value_name = "METHOD", required_unless_present = "list")]
    pub method: Option<String>,
    /// Its parameters: a JSON object, or @FILE to read one (@- reads standard input)
    #[arg(value_name = "JSON | @FILE")]
    pub params: Option<String>,
    /// The data folder of a peer that runs on this machine
    #[arg(long, value_name = "DIR", required_unless_present_any = ["gateway", "list"], conflicts_with = "gateway")]
    pub data: Option<PathBuf>,
    /// Address of a gateway, e.g. http://127.0.0.1:8765
    #[arg(long, value_name = "URL", requires = "token")]
    pub gateway: Option<String>,
    /// The gateway's token [env: OPENER_TOKEN]
    #[arg(
        long,
        value_name = "TOKEN",
        env = "OPENER_TOKEN",
        hide_env = true,
        hide_env_values = true
    )]
    pub token: Option<String>,
    /// List the methods and what they do
    #[arg(long, exclusive = true)]
    pub list: bool,
}

/// Which running peer is meant.
#[derive(Debug, Args)]
pub struct DoorArguments {
    /// The data folder of a peer that runs on this machine
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "gateway",
        conflicts_with = "gateway"
    )]
    pub data: Option<PathBuf>,
    /// Address of a gateway, e.g. http://127.0.0.1:8765
    #[arg(long, value_name = "URL", requires = "token")]
    pub gateway: Option<String>,
    /// The gateway's token [env: OPENER_TOKEN]
    #[arg(
        long,
        value_name = "TOKEN",
        env = "OPENER_TOKEN",
        hide_env = true,
        hide_env_values = true
    )]
    pub token: Option<String>,
}

/// Arguments of `opener attach`.
#[derive(Debug, Args)]
pub struct AttachArguments {
    /// The file, of 64 MiB at most
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Its media type
    #[arg(long, value_name = "TYPE", default_value = "application/octet-stream")]
    pub media_type: String,
    /// The peer
    #[command(flatten)]
    pub door: DoorArguments,
}

/// Arguments of `opener backup`.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// Where to write it; a file that is there already is left alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// File whose first line is the passphrase, for its owner alone [default: asked at the terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The peer
    #[command(flatten)]
    pub door: DoorArguments,
}

/// Arguments of `opener restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The new data folder; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// File whose first line is the passphrase, for its owner alone [default: asked at the terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// Arguments of `opener save`.
#[derive(Debug, Args)]
pub struct SaveArguments {
    /// SHA-256 of the file, as `attachment.list` shows it
    #[arg(value_name = "SHA256")]
    pub sha256: String,
    /// Where to write it; a file that is there already is left alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The peer
    #[command(flatten)]
    pub door: DoorArguments,
}

/// Arguments of `opener market`.
#[derive(Debug, Args)]
pub struct MarketArguments {
    /// How many sellers
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SELLERS)))]
    pub sellers: u32,
    /// Folder for their keys and databases, so that they are the same next time [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Arguments of `opener replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The tender: an OCDS release, or an RFP file of ours
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print one JSON object at the end instead of the story
    #[arg(long)]
    pub json: bool,
    /// How many sample sellers bid where the file records no bids
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SELLERS)))]
    pub sellers: u32,
}

/// Arguments of `opener verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The bundle: the answer of deal.transcript, in a file
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Print the findings as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace()).map(|arguments| arguments.command)
    }

    #[test]
    fn the_table_of_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_peer_takes_several_directories_and_addresses() {
        let line = "opener peer --data d --directory /ip4/127.0.0.1/tcp/1/p2p/x --directory /ip4/127.0.0.1/tcp/2/p2p/y \
                    --listen /ip4/0.0.0.0/tcp/0 --gateway 127.0.0.1:9000";
        let Ok(Command::Peer(peer)) = parsed(line) else {
            panic!("{line}")
        };
        assert_eq!((peer.directory.len(), peer.listen.len()), (2, 1));
        assert_eq!(peer.gateway.port(), 9000);
        assert!(parsed("opener peer --data d --directory 127.0.0.1:4100").is_err());
        assert!(parsed("opener peer").is_err());
    }

    #[test]
    fn the_api_wants_a_folder_or_an_address_with_its_token() {
        assert!(parsed("opener api rfp.list --data d").is_ok());
        assert!(parsed("opener api rfp.list --gateway http://127.0.0.1:1 --token t").is_ok());
        assert!(parsed("opener api --list").is_ok());
        assert!(parsed("opener api rfp.list").is_err());
        assert!(
            parsed("opener api rfp.list --data d --gateway http://127.0.0.1:1 --token t").is_err()
        );
        assert!(parsed("opener api --data d").is_err());
    }

    #[test]
    fn files_want_a_peer_too() {
        assert!(parsed("opener attach plan.pdf --data d").is_ok());
        assert!(parsed("opener attach plan.pdf").is_err());
        assert!(parsed("opener save abc plan.pdf --gateway http://127.0.0.1:1 --token t").is_ok());
        assert!(parsed("opener save abc --data d").is_err());
    }

    #[test]
    fn as_many_sellers_as_a_machine_bears_and_not_one_more() {
        assert!(parsed(&format!("opener market --sellers {MAX_SELLERS}")).is_ok());
        assert!(parsed(&format!("opener market --sellers {}", MAX_SELLERS + 1)).is_err());
        assert!(parsed(&format!("opener replay f --sellers {}", MAX_SELLERS + 1)).is_err());
        assert!(parsed("opener replay f --sellers 0").is_err());
    }
}
