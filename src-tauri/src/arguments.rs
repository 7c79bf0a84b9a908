//! What may be said when the program is started.

use std::path::PathBuf;

use clap::Parser;

/// Opener's window: buying and selling from peer to peer.
#[derive(Debug, Parser)]
#[command(name = "opener-desktop", version)]
pub struct Arguments {
    /// Folder for key, database and window; made if it is not there [default: this user's own]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A directory, ending in /p2p/ and its id; may be repeated [default: those used before]
    #[arg(long, value_name = "MULTIADDR")]
    pub directory: Vec<String>,
    /// File whose first line opens the key, for its owner alone [default: the keychain, or a question]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Start in the tray, without a window: for the start of the computer
    #[arg(long)]
    pub hidden: bool,
    /// A contact card: opener:…
    #[arg(value_name = "LINK")]
    pub link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_table_of_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_link_alone_is_understood() {
        let arguments = Arguments::parse_from(["opener-desktop", "opener:card"]);
        assert_eq!(arguments.link.as_deref(), Some("opener:card"));
        assert!(arguments.data.is_none() && !arguments.hidden);
    }
}
