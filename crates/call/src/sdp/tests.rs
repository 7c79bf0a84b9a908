//! What a stranger may send, and what is made of it.

use super::{CANDIDATES, Candidate, Description, LINE_BYTES, LINES, Reach, SdpError, Seen};

const HEX: &str = "A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1";

/// A description like a browser's: more codecs, extensions and attributes than are used here.
fn browser() -> String {
    format!(
        "v=0\no=- 4611731400430051336 2 IN IP4 192.168.1.7\ns=-\nt=0 0\na=group:BUNDLE 0 1 2\n\
         a=extmap-allow-mixed\na=msid-semantic: WMS stream\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0\nc=IN IP4 192.168.1.7\na=rtcp:9 IN IP4 192.168.1.7\n\
         a=candidate:1 1 udp 2122260223 192.168.1.7 50000 typ host generation 0 network-id 1\n\
         a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdef01234567\na=ice-options:trickle\n\
         a=fingerprint:sha-256 {HEX}\na=setup:actpass\na=mid:0\n\
         a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n\
         a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\na=sendrecv\na=msid:stream track\na=rtcp-mux\n\
         a=rtpmap:111 opus/48000/2\na=rtcp-fb:111 transport-cc\na=fmtp:111 minptime=10;useinbandfec=1\n\
         a=rtpmap:63 red/48000/2\na=fmtp:63 111/111\na=rtpmap:9 G722/8000\na=rtpmap:0 PCMU/8000\n\
         a=ssrc:1001 cname:x\na=ssrc:1001 msid:stream track\n\
         m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\nc=IN IP4 0.0.0.0\na=rtcp:9 IN IP4 0.0.0.0\n\
         a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdef01234567\na=ice-options:trickle\n\
         a=fingerprint:sha-256 {HEX}\na=setup:actpass\na=mid:1\na=sendrecv\na=rtcp-mux\na=rtcp-rsize\n\
         a=rtpmap:96 VP8/90000\na=rtcp-fb:96 nack\na=rtcp-fb:96 nack pli\na=rtpmap:97 rtx/90000\n\
         a=fmtp:97 apt=96\na=rtpmap:98 VP9/90000\na=ssrc-group:FID 1002 1003\n\
         a=ssrc:1002 cname:x\na=ssrc:1003 cname:x\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\n\
         a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdef01234567\na=ice-options:trickle\n\
         a=fingerprint:sha-256 {HEX}\na=setup:actpass\na=mid:2\na=sctp-port:5000\na=max-message-size:262144\n"
    )
}

fn read(text: &str) -> Result<Description, SdpError> {
    Description::read(text, Reach::Network)
}

#[test]
fn a_browsers_description_is_read_and_written_without_what_is_not_used() {
    let description = read(&browser()).unwrap();
    assert_eq!(description.fingerprint().as_bytes(), &[0xa1; 32]);
    assert_eq!(description.candidates().len(), 1);
    assert_eq!(description.first_mid(), "0");
    let written = description.written("\n");
    for gone in [
        "192.168",
        "candidate",
        "VP9",
        "red",
        "rtx",
        "G722",
        "FID",
        "1003",
        "audio-level",
        "rtcp:9",
    ] {
        assert!(!written.contains(gone), "{gone} in\n{written}");
    }
    for kept in [
        "VP8/90000",
        "opus/48000/2",
        "sdes:mid",
        "nack pli",
        "ssrc:1001 cname",
        "ssrc:1002 cname",
        "sctp-port:5000",
    ] {
        assert!(written.contains(kept), "{kept} in\n{written}");
    }
    let again = read(&written).unwrap();
    assert_eq!(again.written("\n"), written);
    assert_eq!(read(&browser().replace('\n', "\r\n")), Ok(description));
}

#[test]
fn what_cannot_be_used_is_refused_in_words() {
    let unsupported = [
        ("VP8/90000", "H264/90000"),
        ("opus/48000/2", "speex/16000"),
        ("a=group:BUNDLE 0 1 2\n", ""),
        ("m=video 9", "m=video 0"),
        ("m=video", "m=audio"),
        ("a=rtcp-mux\na=rtcp-rsize\n", ""),
        ("sha-256", "sha-1"),
        (
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
            "m=application 9 TCP/x y",
        ),
    ];
    for (from, to) in unsupported {
        let changed = browser().replace(from, to);
        let error = read(&changed).unwrap_err();
        assert!(
            matches!(error, SdpError::Unsupported(_)),
            "{from}: {error:?}"
        );
    }
    let malformed = [
        ("v=0\n", "v=1\n"),
        ("IN IP4 192.168.1.7\ns", "IN\ns"),
        ("a=mid:0\n", ""),
        ("a=mid:0\n", "a=mid:0\na=mid:3\n"),
        ("a=setup:actpass\na=mid:1", "a=setup:active\na=mid:1"),
        ("a=ice-ufrag:abcd\n", ""),
        ("pwd:0123456789abcdef01234567", "pwd:short"),
        ("sha-256 A1:", "sha-256 A1"),
        ("t=0 0", "t=0 \u{e9}"),
        ("s=-\n", "s\n"),
        ("udp 2122260223", "udp -1"),
    ];
    for (from, to) in malformed {
        let changed = browser().replace(from, to);
        assert_ne!(changed, browser(), "{from}");
        let error = read(&changed).unwrap_err();
        assert!(matches!(error, SdpError::Malformed(_)), "{from}: {error:?}");
    }
    // Two certificates, one of them perhaps somebody else's.
    let two = browser().replacen(HEX, &HEX.replace('A', "B"), 1);
    assert!(matches!(read(&two), Err(SdpError::Malformed(_))));
}

#[test]
fn lines_and_candidates_are_bounded() {
    let with = |line: &str, times: usize| browser() + &format!("{line}\n").repeat(times);
    let lines = browser().lines().count();
    assert!(read(&with("a=x", LINES - lines)).is_ok());
    assert_eq!(
        read(&with("a=x", LINES - lines + 1)),
        Err(SdpError::TooLarge)
    );
    assert!(read(&with(&format!("a={}", "x".repeat(LINE_BYTES - 2)), 1)).is_ok());
    let long = format!("a={}", "x".repeat(LINE_BYTES - 1));
    assert_eq!(read(&with(&long, 1)), Err(SdpError::TooLarge));
    let paths = |n: usize| {
        let line = |i: usize| format!("a=candidate:1 1 udp 1 192.0.2.1 {} typ host\n", 1000 + i);
        browser() + &(0..n).map(line).collect::<String>()
    };
    assert!(read(&paths(CANDIDATES - 1)).is_ok());
    assert_eq!(read(&paths(CANDIDATES)), Err(SdpError::TooLarge));
    assert_eq!(read(&"a=x\n".repeat(10_000)), Err(SdpError::TooLarge));
}

#[test]
fn only_paths_that_a_packet_can_travel_are_taken() {
    let read = |address: &str, reach| {
        let line = format!("candidate:1 1 udp 1 {address} typ host");
        Candidate::read(&line, reach)
    };
    for address in [
        "127.0.0.1 9",
        "::1 9",
        "0.0.0.0 9",
        ":: 9",
        "224.0.0.1 9",
        "ff02::1 9",
        "255.255.255.255 9",
        "169.254.1.1 9",
        "fe80::1 9",
        "::ffff:127.0.0.1 9",
        "192.0.2.1 0",
        "3f2c6a1e-0000-4000-8000-000000000000.local 9",
    ] {
        assert_eq!(read(address, Reach::Network), Ok(Seen::Passed), "{address}");
    }
    for address in [
        "192.168.0.2 9",
        "10.0.0.1 65535",
        "2001:db8::1 9",
        "fd00::1 9",
    ] {
        assert!(
            matches!(read(address, Reach::Network), Ok(Seen::Path(_))),
            "{address}"
        );
    }
    assert!(matches!(
        read("127.0.0.1 9", Reach::Loopback),
        Ok(Seen::Path(_))
    ));
    for line in [
        "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
        "candidate:1 2 udp 1 192.0.2.1 9 typ host",
    ] {
        assert_eq!(
            Candidate::read(line, Reach::Network),
            Ok(Seen::Passed),
            "{line}"
        );
    }
    for line in [
        "",
        "candidate:",
        "candidate:1 1 udp 1 192.0.2.1 9 typ",
        "candidate:1 1 udp 1 192.0.2.1 9 typ guest",
        "candidate:1 1 udp 01 192.0.2.1 9 typ host",
        "candidate:1 1 udp 1 192.0.2.1 70000 typ host",
        "candidate:1 0 udp 1 192.0.2.1 9 typ host",
        "candidate:1 1 udp 0 192.0.2.1 9 typ host",
        "candidate:1 1 udp 1 999.0.2.1 9 typ host",
        "candidate:1 1 udp 1 192.0.2.1 9 typ host odd",
        "candidate:! 1 udp 1 192.0.2.1 9 typ host",
        "candidate:1 1 udp 1  9 typ host",
    ] {
        assert!(Candidate::read(line, Reach::Network).is_err(), "{line}");
    }
}

#[test]
fn a_path_is_written_without_what_is_behind_it() {
    let line = "candidate:4 1 UDP 16777215 198.51.100.9 3478 typ relay raddr 192.168.1.7 rport 5000 generation 0";
    let Ok(Seen::Path(path)) = Candidate::read(line, Reach::Network) else {
        panic!("a path")
    };
    let written = path.to_string();
    assert_eq!(
        written,
        "candidate:4 1 udp 16777215 198.51.100.9 3478 typ relay raddr 0.0.0.0 rport 0"
    );
    assert_eq!(
        Candidate::read(&written, Reach::Network),
        Ok(Seen::Path(path))
    );
}

/// The next number of a simple generator (Knuth's MMIX), so that a failure can be repeated.
fn next(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn mutate(text: &str, state: &mut u64) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=next(state) % 8 {
        if bytes.is_empty() {
            break;
        }
        let at = next(state) as usize % bytes.len();
        match next(state) % 6 {
            0 => bytes[at] ^= 1 << (next(state) % 8),
            1 => drop(bytes.drain(at..(at + 1 + next(state) as usize % 40).min(bytes.len()))),
            2 => {
                let piece = bytes[at..(at + 60).min(bytes.len())].to_vec();
                let to = next(state) as usize % bytes.len();
                bytes.splice(to..to, piece);
            }
            3 => bytes.insert(at, next(state) as u8),
            4 => bytes.truncate(at.max(1)),
            _ => bytes
                .splice(at..at, b"99999999999999999999".iter().copied())
                .for_each(drop),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn ten_thousand_mutated_descriptions_and_candidates_are_read_without_panic_and_within_bounds() {
    let mut state = 0x0_5eed;
    let candidate =
        "candidate:4 1 udp 16777215 198.51.100.9 3478 typ relay raddr 192.168.1.7 rport 5000";
    let mut good = 0;
    for n in 0..10_000 {
        if let Ok(description) = read(&mutate(&browser(), &mut state)) {
            good += 1;
            assert!(description.candidates().len() <= CANDIDATES);
            let written = description.written("\r\n");
            assert!(
                written.len() < 4 * browser().len(),
                "{n}: {}",
                written.len()
            );
            assert_eq!(
                read(&written).map(|it| it.written("\r\n")),
                Ok(written),
                "{n}"
            );
        }
        let mutated = mutate(candidate, &mut state);
        if let Ok(Seen::Path(path)) = Candidate::read(&mutated, Reach::Network) {
            assert!(path.to_string().len() <= mutated.len() + 40, "{n}: {path}");
        }
    }
    assert!(
        good > 100,
        "some survive, so that the rest of the reader is tried: {good}"
    );
}
