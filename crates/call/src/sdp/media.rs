//! One section of a description: sound, picture or data.

use super::{
    SdpError,
    line::{Line, is_token, number},
};

/// What a section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    Audio,
    Video,
    Data,
}

/// Payload types that one codec may have in one section; a browser gives VP8 one.
const TYPES: usize = 4;
/// Attributes of sources that are kept: two for each of a few.
const SOURCES: usize = 16;

/// Extensions of the RTP header that are used here.
const EXTENSIONS: [&str; 2] = [
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
];

/// Attributes that are kept as they are when they have no value.
const FLAGS: [&str; 6] = [
    "sendrecv",
    "sendonly",
    "recvonly",
    "inactive",
    "rtcp-mux",
    "rtcp-rsize",
];

/// A section, in lines of known form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) purpose: Purpose,
    pub(super) mid: String,
    lines: Vec<String>,
}

impl Section {
    /// Reads the `m=` line and what belongs to it.
    pub(super) fn read(head: Line<'_>, lines: &[Line<'_>]) -> Result<Self, SdpError> {
        let mut words = head.value.split(' ');
        let media = words.next().unwrap_or_default();
        let port: u16 = words
            .next()
            .and_then(number)
            .ok_or(SdpError::Malformed("a port"))?;
        let proto = words.next().unwrap_or_default();
        let formats: Vec<&str> = words.collect();
        if port == 0 {
            return Err(SdpError::Unsupported("sound, picture or data is refused"));
        }
        let purpose = match (media, proto) {
            ("audio", "UDP/TLS/RTP/SAVPF") => Purpose::Audio,
            ("video", "UDP/TLS/RTP/SAVPF") => Purpose::Video,
            ("application", "UDP/DTLS/SCTP") if formats == ["webrtc-datachannel"] => Purpose::Data,
            _ => return Err(SdpError::Unsupported("another medium or transport")),
        };
        let mut mids = lines
            .iter()
            .filter_map(|line| line.attribute())
            .filter(|(name, _)| *name == "mid");
        let mid = match (mids.next(), mids.next()) {
            (Some((_, mid)), None) if is_token(mid) => mid.to_owned(),
            _ => return Err(SdpError::Malformed("a section without its mid")),
        };
        let types = match purpose {
            Purpose::Audio => types(lines, &formats, "opus/48000/2")?,
            Purpose::Video => types(lines, &formats, "VP8/90000")?,
            Purpose::Data => Vec::new(),
        };
        let mut section = Self {
            purpose,
            mid,
            lines: Vec::new(),
        };
        section.begin(media, proto, &types);
        section.keep(lines, &types)?;
        Ok(section)
    }

    fn begin(&mut self, media: &str, proto: &str, types: &[u8]) {
        let formats = if self.purpose == Purpose::Data {
            " webrtc-datachannel".to_owned()
        } else {
            types.iter().map(|pt| format!(" {pt}")).collect()
        };
        self.lines.push(format!("m={media} 9 {proto}{formats}"));
        self.lines.push("c=IN IP4 0.0.0.0".to_owned());
        self.lines.push(format!("a=mid:{}", self.mid));
    }

    fn keep(&mut self, lines: &[Line<'_>], types: &[u8]) -> Result<(), SdpError> {
        let mut sources = 0;
        let mut muxed = false;
        let repairs = repairs(lines);
        for (name, value) in lines.iter().filter_map(|line| line.attribute()) {
            let (first, rest) = value.split_once(' ').unwrap_or((value, ""));
            let kept = match name {
                _ if value.is_empty() && FLAGS.contains(&name) => {
                    muxed |= name == "rtcp-mux";
                    true
                }
                "rtpmap" | "fmtp" | "rtcp-fb" => {
                    number(first).is_some_and(|pt: u8| types.contains(&pt))
                }
                "extmap" => {
                    let id = first.split('/').next().and_then(number::<u8>);
                    id.is_some_and(|id| (1..=14).contains(&id)) && EXTENSIONS.contains(&rest)
                }
                "ssrc" if sources < SOURCES => {
                    let known = rest.starts_with("cname:") || rest.starts_with("msid:");
                    let kept = known
                        && number::<u32>(first).is_some_and(|source| !repairs.contains(&source));
                    sources += usize::from(kept);
                    kept
                }
                "msid" => sources < SOURCES,
                "sctp-port" => number::<u16>(value).is_some_and(|port| port > 0),
                "max-message-size" => number::<u64>(value).is_some(),
                _ => false,
            };
            if kept {
                self.lines.push(match value {
                    "" => format!("a={name}"),
                    value => format!("a={name}:{value}"),
                });
            }
        }
        if muxed || self.purpose == Purpose::Data {
            Ok(())
        } else {
            Err(SdpError::Unsupported("RTP and RTCP on two ports"))
        }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

/// Sources that only repeat or mend another one (RFC 5576 section 4.2, RFC 4588, RFC 5956), in formats that are not spoken here.
/// A library that learns of them without their formats takes them for pictures of their own.
fn repairs(lines: &[Line<'_>]) -> Vec<u32> {
    let groups = lines
        .iter()
        .filter_map(|line| line.attribute())
        .filter(|(name, _)| *name == "ssrc-group")
        .filter_map(|(_, value)| value.split_once(' '));
    groups
        .filter(|(meaning, _)| matches!(*meaning, "FID" | "FEC" | "FEC-FR"))
        .flat_map(|(_, sources)| sources.split(' ').skip(1).filter_map(number))
        .take(SOURCES)
        .collect()
}

/// The payload types of the one codec that is spoken here.
fn types(lines: &[Line<'_>], formats: &[&str], codec: &str) -> Result<Vec<u8>, SdpError> {
    let mut types = Vec::new();
    for (name, value) in lines.iter().filter_map(|line| line.attribute()) {
        if let ("rtpmap", Some((pt, mapped))) = (name, value.split_once(' '))
            && mapped.eq_ignore_ascii_case(codec)
            && formats.contains(&pt)
            && let Some(pt) = number(pt).filter(|pt: &u8| *pt < 128)
            && !types.contains(&pt)
            && types.len() < TYPES
        {
            types.push(pt);
        }
    }
    if types.is_empty() {
        Err(SdpError::Unsupported("VP8 and Opus are needed"))
    } else {
        Ok(types)
    }
}
