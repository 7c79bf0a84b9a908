//! A whole description.

use opener_trade::{Fingerprint, limits::CALL_SDP_BYTES};

use super::{
    CANDIDATES, Candidate, Reach, SdpError, Seen,
    line::{self, Line, is_ice_text, number},
    media::{Purpose, Section},
};

/// A description that was read: what a call needs of it, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    id: u64,
    version: u64,
    setup: &'static str,
    ufrag: String,
    password: String,
    fingerprint: Fingerprint,
    candidates: Vec<Candidate>,
    sections: Vec<Section>,
}

impl Description {
    /// Reads a description of either side.
    ///
    /// # Errors
    /// It is too large, malformed, or asks for what is not spoken here: one sound with Opus, one picture with VP8, perhaps
    /// data, all on one path, under one certificate and one name of ICE.
    pub fn read(text: &str, reach: Reach) -> Result<Self, SdpError> {
        if text.len() > CALL_SDP_BYTES {
            return Err(SdpError::TooLarge);
        }
        let lines = line::lines(text)?;
        let is_head = |line: &&Line<'_>| line.kind == b'm';
        let heads = lines.iter().filter(is_head).count();
        if heads > 3 {
            return Err(SdpError::Unsupported("more than sound, picture and data"));
        }
        let session = lines.iter().position(|line| line.kind == b'm');
        let (session, media) = lines.split_at(session.unwrap_or(lines.len()));
        let (id, version) = origin(session)?;
        let mut sections: Vec<Section> = Vec::new();
        let mut rest = media;
        while let [head, after @ ..] = rest {
            let end = after.iter().position(|line| line.kind == b'm');
            let (own, next) = after.split_at(end.unwrap_or(after.len()));
            let section = Section::read(*head, own)?;
            if sections
                .iter()
                .any(|other| other.purpose == section.purpose || other.mid == section.mid)
            {
                return Err(SdpError::Unsupported("two sections for one purpose"));
            }
            sections.push(section);
            rest = next;
        }
        let has = |purpose| sections.iter().any(|section| section.purpose == purpose);
        if !has(Purpose::Audio) || !has(Purpose::Video) {
            return Err(SdpError::Unsupported("sound and picture are needed"));
        }
        check_bundle(session, &sections)?;
        let ufrag = one(&lines, "ice-ufrag").filter(|it| is_ice_text(it, 4, 256));
        let password = one(&lines, "ice-pwd").filter(|it| is_ice_text(it, 22, 256));
        let (Some(ufrag), Some(password)) = (ufrag, password) else {
            return Err(SdpError::Malformed("not one name and one password of ICE"));
        };
        let setup = match one(&lines, "setup") {
            Some("actpass") => "actpass",
            Some("active") => "active",
            Some("passive") => "passive",
            _ => return Err(SdpError::Malformed("not one role in DTLS")),
        };
        let certificate = one(&lines, "fingerprint");
        let certificate = certificate.ok_or(SdpError::Malformed("not one fingerprint"))?;
        Ok(Self {
            id,
            version,
            setup,
            ufrag: ufrag.to_owned(),
            password: password.to_owned(),
            fingerprint: line::fingerprint(certificate)?,
            candidates: candidates(&lines, reach)?,
            sections,
        })
    }

    /// The SHA-256 of the certificate, as the description claims it.
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The paths in it.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The mid of the first section, which candidates of all are given with.
    pub fn first_mid(&self) -> &str {
        self.sections
            .first()
            .map_or("0", |section| section.mid.as_str())
    }

    /// The description without paths, its lines ended so: a line feed in documents, with a carriage return before it in SDP.
    pub fn written(&self, end: &str) -> String {
        let mids = self.sections.iter().map(|section| section.mid.as_str());
        let mids: Vec<&str> = mids.collect();
        let digits: Vec<String> = self
            .fingerprint
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        let mut lines = vec![
            "v=0".to_owned(),
            format!("o=- {} {} IN IP4 0.0.0.0", self.id, self.version),
            "s=-".to_owned(),
            "t=0 0".to_owned(),
            format!("a=group:BUNDLE {}", mids.join(" ")),
            "a=msid-semantic: WMS *".to_owned(),
        ];
        let path = [
            format!("a=ice-ufrag:{}", self.ufrag),
            format!("a=ice-pwd:{}", self.password),
            "a=ice-options:trickle".to_owned(),
            format!("a=fingerprint:sha-256 {}", digits.join(":")),
            format!("a=setup:{}", self.setup),
        ];
        for section in &self.sections {
            lines.extend(section.lines().map(str::to_owned));
            lines.extend(path.iter().cloned());
        }
        lines.iter().flat_map(|line| [line.as_str(), end]).collect()
    }
}

/// The number and the version in `o=`, after `v=0`.
fn origin(session: &[Line<'_>]) -> Result<(u64, u64), SdpError> {
    let rule = SdpError::Malformed("`v=0` and `o=` come first");
    let [version, origin, ..] = session else {
        return Err(rule);
    };
    if (version.kind, version.value) != (b'v', "0") || origin.kind != b'o' {
        return Err(rule);
    }
    let words: Vec<&str> = origin.value.split(' ').collect();
    match words.as_slice() {
        [_, id, version, "IN", "IP4" | "IP6", _] => {
            Ok((number(id).ok_or(rule)?, number(version).ok_or(rule)?))
        }
        _ => Err(rule),
    }
}

fn check_bundle(session: &[Line<'_>], sections: &[Section]) -> Result<(), SdpError> {
    let groups = session.iter().filter_map(|line| line.attribute());
    let bundle = groups
        .filter(|(name, _)| *name == "group")
        .find_map(|(_, value)| value.strip_prefix("BUNDLE "));
    let mids: Vec<&str> = bundle.unwrap_or_default().split(' ').collect();
    if sections.iter().all(|section| mids.contains(&&*section.mid)) {
        Ok(())
    } else {
        Err(SdpError::Unsupported("media on different paths"))
    }
}

/// The value of an attribute that says the same wherever it stands.
fn one<'a>(lines: &[Line<'a>], name: &str) -> Option<&'a str> {
    let mut values = lines
        .iter()
        .filter_map(|line| line.attribute())
        .filter(|(attribute, _)| *attribute == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn candidates(lines: &[Line<'_>], reach: Reach) -> Result<Vec<Candidate>, SdpError> {
    let mut paths: Vec<Candidate> = Vec::new();
    let found = lines
        .iter()
        .filter(|line| line.kind == b'a' && line.value.starts_with("candidate:"));
    for line in found {
        if let Seen::Path(candidate) = Candidate::read(line.value, reach)?
            && !paths.contains(&candidate)
        {
            if paths.len() >= CANDIDATES {
                return Err(SdpError::TooLarge);
            }
            paths.push(candidate);
        }
    }
    Ok(paths)
}
