//! The bytes of attached files, in and out. They are no requests: the gateway streams them, and the desktop takes
//! them from its page and saves them where a person chose in a dialog. A path is never taken from a request.

use std::{fs::File, io, path::Path};

use opener_peer::{Handle, Part};
use opener_trade::{
    DocumentId, PeerText,
    limits::{LABEL_BYTES, MAX_ATTACHMENT_BYTES, NAME_BYTES},
};
use tokio::task::spawn_blocking;

pub use opener_trade::document::Attachment;

use crate::{ApiError, Code};

/// Bytes of a file's name on disk: what every system takes, with room for what a browser appends.
const SAVED_NAME_BYTES: usize = 200;
/// The media type of bytes of which nothing is known (RFC 2046 section 4.5.1).
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file on its way in. Dropped before [`Upload::finish`], nothing of it stays.
pub struct Upload {
    handle: Handle,
    part: Part,
}

impl Upload {
    /// Begins a file.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn begin(handle: &Handle) -> Result<Self, ApiError> {
        Ok(Self {
            handle: handle.clone(),
            part: handle.import()?,
        })
    }

    /// Puts bytes at the end.
    ///
    /// # Errors
    /// There are more than travel, or the disk refuses; the file is then to be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.part.len().saturating_add(more) > MAX_ATTACHMENT_BYTES {
            return Err(too_large());
        }
        Ok(self
            .part
            .write(bytes)
            .map_err(opener_peer::PeerError::from)?)
    }

    /// Keeps the file, and gives what a request, a bid or a chat names it by.
    ///
    /// # Errors
    /// It is empty, there is no room, or the disk refuses.
    pub async fn finish(self, name: &str, media_type: &str) -> Result<Attachment, ApiError> {
        let Self { handle, part } = self;
        let whole = spawn_blocking(move || part.finish())
            .await
            .map_err(|_| {
                ApiError::new(Code::Internal, "a fault of the program; its log says more")
            })?
            .map_err(opener_peer::PeerError::from)?;
        let (sha256, size) = (whole.sha256(), whole.size());
        handle.add_blob(whole).await?;
        let media_type = media_type.trim();
        // Some registered types are longer than a document holds; half of one would be another.
        let media_type = match media_type.len() {
            1..=LABEL_BYTES => media_type,
            _ => UNKNOWN_TYPE,
        };
        Ok(Attachment {
            name: PeerText::<NAME_BYTES>::truncated(&safe_name(name)),
            media_type: PeerText::<LABEL_BYTES>::truncated(media_type),
            size,
            sha256,
        })
    }
}

/// Copies a file that is here to where a person wants it.
///
/// # Errors
/// It is not here, or cannot be written there.
pub async fn save_file(handle: &Handle, sha256: DocumentId, to: &Path) -> Result<(), ApiError> {
    let (mut file, _) = handle.open_blob(sha256).await?;
    let to = to.to_owned();
    let copied = spawn_blocking(move || -> io::Result<()> {
        let mut target = File::create(to)?;
        io::copy(&mut file, &mut target)?;
        target.sync_all()
    });
    let copied = copied
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    copied.map_err(|error| {
        let message = format!("the file cannot be written there: {error}; choose another place");
        ApiError::new(Code::Unavailable, message)
    })
}

/// A file that is here, by its hash in hexadecimal: for reading, and its size.
///
/// # Errors
/// It is not here.
pub async fn open_file(handle: &Handle, sha256: &str) -> Result<(File, u64), ApiError> {
    let sha256 = sha256.parse().map_err(|_| ApiError::not_found("file"))?;
    Ok(handle.open_blob(sha256).await?)
}

/// A name under which a stranger's file may be saved: its last part, without characters that systems refuse or that
/// hide what it is, and none of the names that Windows keeps for devices.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned = PeerText::<SAVED_NAME_BYTES>::truncated(&last.replace(['\n', '\t'], " "));
    let replaced: String = cleaned
        .as_str()
        .chars()
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let trimmed = replaced.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = trimmed.split('.').next().unwrap_or_default().trim();
    let is_device = ["con", "prn", "aux", "nul"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || (stem.len() == 4
            && ["com", "lpt"]
                .contains(&stem[..stem.floor_char_boundary(3)].to_lowercase().as_str())
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    match (trimmed.is_empty(), is_device) {
        (true, _) => "file".to_owned(),
        (false, true) => format!("_{trimmed}"),
        (false, false) => trimmed.to_owned(),
    }
}

fn too_large() -> ApiError {
    let message = format!(
        "at most {MAX_ATTACHMENT_BYTES} bytes of a file travel; make it smaller or send a link"
    );
    ApiError::new(Code::TooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_name_becomes_one_that_can_be_saved() {
        for (name, safe) in [
            ("배치도 v2.pdf", "배치도 v2.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\..\\evil.exe", "evil.exe"),
            ("..", "file"),
            ("", "file"),
            (" . ", "file"),
            ("/", "file"),
            (".bashrc", "bashrc"),
            ("a\u{202e}gpj.exe\u{0}", "agpj.exe"),
            ("a\nb\tc.txt", "a b c.txt"),
            ("what?<now>|\"*:.pdf", "what__now_____.pdf"),
            ("con", "_con"),
            ("CON.pdf", "_CON.pdf"),
            ("lpt1.txt", "_lpt1.txt"),
            ("lpt10.txt", "lpt10.txt"),
            ("가나1", "가나1"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"한".repeat(1000)).len() <= SAVED_NAME_BYTES);
    }
}
