//! Packets lost, doubled, overtaken and hostile.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{
    ASK_EVERY, Assembled, Assembler, FRAME_BYTES, HOLE, LONGEST_HOLE, MARGIN, Picture, WAITING,
    content,
};

/// A packet of VP8: descriptor, and bytes of the frame. The first byte of a frame says whether it is a key frame.
fn packet(begins: bool, data: &[u8]) -> Bytes {
    let mut bytes = vec![if begins { 0x90 } else { 0x80 }, 0x80, 7];
    bytes.extend_from_slice(data);
    bytes.into()
}

fn pictures(assembler: &mut Assembler, now: Instant) -> Vec<(u32, bool, Vec<u8>)> {
    let mut all = Vec::new();
    while let Some(assembled) = assembler.poll(now) {
        if let Assembled::Picture(Picture {
            timestamp,
            key,
            data,
        }) = assembled
        {
            all.push((timestamp, key, data.to_vec()));
        }
    }
    all
}

/// Frame `n` of three packets, beginning with this number.
fn frame(n: u32, first: u16, key: bool) -> [(u16, u32, bool, Bytes); 3] {
    let head = [u8::from(!key), n as u8];
    [
        (first, n, false, packet(true, &head)),
        (
            first.wrapping_add(1),
            n,
            false,
            packet(false, &[1, n as u8]),
        ),
        (first.wrapping_add(2), n, true, packet(false, &[2, n as u8])),
    ]
}

fn push(assembler: &mut Assembler, (number, timestamp, marker, payload): &(u16, u32, bool, Bytes)) {
    assembler.push(Instant::now(), *number, *timestamp, *marker, payload);
}

#[test]
fn frames_come_whole_and_in_order_over_the_turn_of_the_numbers() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    let mut packets = Vec::new();
    for n in 0..4 {
        packets.extend(frame(n, 65_532_u16.wrapping_add(3 * n as u16), n == 0));
    }
    push(&mut assembler, &packets[0]);
    // Overtaken and doubled.
    for i in [2, 1, 1, 4, 3, 5, 8, 7, 6, 9, 11, 10, 2] {
        push(&mut assembler, &packets[i]);
    }
    let came = pictures(&mut assembler, now);
    let stamps: Vec<_> = came.iter().map(|(stamp, key, _)| (*stamp, *key)).collect();
    assert_eq!(stamps, [(0, true), (1, false), (2, false), (3, false)]);
    assert_eq!(came[2].2, [1, 2, 1, 2, 2, 2]);
    assert_eq!(assembler.lost, 0);
}

#[test]
fn nothing_is_shown_before_the_first_key_frame_and_one_is_asked_for() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    for one in frame(0, 10, false) {
        push(&mut assembler, &one);
    }
    assert_eq!(assembler.poll(now), Some(Assembled::NeedKey));
    assert_eq!(assembler.poll(now), None, "it is not asked for without end");
    assert_eq!(assembler.wake_at(), Some(now + ASK_EVERY));
    assert_eq!(assembler.poll(now + ASK_EVERY), Some(Assembled::NeedKey));
    for one in frame(1, 13, true) {
        push(&mut assembler, &one);
    }
    assert_eq!(pictures(&mut assembler, now).len(), 1);
    assert_eq!(assembler.wake_at(), None);
}

#[test]
fn a_hole_is_held_open_then_left_out_until_the_next_key_frame() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    for one in frame(0, 100, true) {
        push(&mut assembler, &one);
    }
    let [first, lost, last] = frame(1, 103, false);
    push(&mut assembler, &first);
    push(&mut assembler, &last);
    assert_eq!(pictures(&mut assembler, now).len(), 1);
    assert_eq!(assembler.wake_at(), Some(now + HOLE));
    // A retransmission in time loses nothing.
    let mut lucky = frame(1, 103, false).to_vec();
    let mut other = Assembler::default();
    frame(0, 100, true)
        .iter()
        .for_each(|one| push(&mut other, one));
    let retransmitted = lucky.remove(1);
    lucky.iter().for_each(|one| push(&mut other, one));
    pictures(&mut other, now);
    push(&mut other, &retransmitted);
    assert_eq!(pictures(&mut other, now + HOLE / 2).len(), 1);

    let late = now + HOLE;
    assert_eq!(assembler.poll(late), Some(Assembled::NeedKey));
    assert_eq!(assembler.lost, 1);
    push(&mut assembler, &lost);
    for one in frame(2, 106, false) {
        push(&mut assembler, &one);
    }
    assert!(
        pictures(&mut assembler, late).is_empty(),
        "nothing that builds on what is gone"
    );
    for one in frame(3, 109, true) {
        push(&mut assembler, &one);
    }
    assert_eq!(pictures(&mut assembler, late).len(), 1);
}

#[test]
fn padding_alone_takes_a_number_and_no_place() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    let [a, b, c] = frame(0, 1, true);
    push(&mut assembler, &a);
    push(&mut assembler, &b);
    push(&mut assembler, &c);
    assembler.push(Instant::now(), 4, 0, false, &Bytes::new());
    for one in frame(1, 5, false) {
        push(&mut assembler, &one);
    }
    assert_eq!(pictures(&mut assembler, now).len(), 2);
}

#[test]
fn what_waits_and_what_a_frame_holds_is_bounded() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    push(&mut assembler, &frame(0, 0, true)[0]);
    for n in 2..60_000_u32 {
        assembler.push(Instant::now(), n as u16, n, false, &packet(false, &[0; 4]));
        assert!(assembler.waiting.len() <= WAITING, "{n}");
    }
    let mut assembler = Assembler::default();
    let big = vec![0; 60_000];
    assembler.push(Instant::now(), 0, 0, false, &packet(true, &big));
    for n in 1..200_u16 {
        assembler.push(Instant::now(), n, 0, n == 199, &packet(false, &big));
        while assembler.poll(now).is_some() {}
        assert!(assembler.frame.len() <= FRAME_BYTES);
    }
    assert!(pictures(&mut assembler, now).is_empty());
}

#[test]
fn a_descriptor_is_read_to_its_end_or_not_at_all() {
    let read = |bytes: &[u8]| content(&Bytes::copy_from_slice(bytes));
    assert_eq!(read(&[]), None);
    assert_eq!(read(&[0x10, 5]), Some((true, Bytes::from_static(&[5]))));
    assert_eq!(
        read(&[0x11, 5]),
        Some((false, Bytes::from_static(&[5]))),
        "another partition"
    );
    assert_eq!(
        read(&[0x90, 0xf0, 0x81, 1, 2, 3, 5]),
        Some((true, Bytes::from_static(&[5])))
    );
    assert_eq!(
        read(&[0x90, 0xf0, 0x01, 2, 3, 5]),
        Some((true, Bytes::from_static(&[5])))
    );
    for cut in [&[0x90][..], &[0x90, 0x80], &[0x90, 0xf0, 0x81, 1, 2]] {
        assert_eq!(read(cut), None, "{cut:?}");
    }
    let mut assembler = Assembler::default();
    for n in 0..=255_u8 {
        for m in 0..=255_u8 {
            assembler.push(
                Instant::now(),
                u16::from(n),
                0,
                true,
                &Bytes::copy_from_slice(&[n, m, n ^ m]),
            );
        }
        while assembler
            .poll(Instant::now() + Duration::from_secs(u64::from(n)))
            .is_some()
        {}
    }
}

#[test]
fn a_hole_is_held_open_longer_where_retransmissions_come_later() {
    let now = Instant::now();
    let mut assembler = Assembler::default();
    for one in frame(0, 100, true) {
        push(&mut assembler, &one);
    }
    let [first, lost, last] = frame(1, 103, false);
    push(&mut assembler, &first);
    push(&mut assembler, &last);
    pictures(&mut assembler, now);
    assert_eq!(assembler.poll(now + HOLE), Some(Assembled::NeedKey));
    let (number, timestamp, marker, payload) = &lost;
    let late = Duration::from_millis(450);
    assembler.push(now + late, *number, *timestamp, *marker, payload);
    assert_eq!(assembler.hold, late + MARGIN);
    assembler.push(
        now + 4 * LONGEST_HOLE,
        *number,
        *timestamp,
        *marker,
        payload,
    );
    assert_eq!(assembler.hold, LONGEST_HOLE);
}
