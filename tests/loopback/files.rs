//! A large file between two real peers over QUIC.

use std::io::Read;

use opener_negotiation::dialogue::Phase;
use opener_peer::{
    AttachmentState, CallReach, Config, Handle, KeyPlace, PeerError, Recipients, start,
};
use opener_trade::{Address, DealId, DocumentId, document::Attachment, limits::BLOB_CHUNK_BYTES};
use tempfile::TempDir;

use crate::kit::{Actor, directory, profile, rfp};

const SIZE: usize = 20_000_000;

async fn quic_peer(folder: TempDir, name: &str, sells: bool, directories: &[Address]) -> Actor {
    let handle = start(Config {
        data: folder.path().to_owned(),
        key: KeyPlace::Plain,
        listen: vec![Address::new("/ip4/127.0.0.1/udp/0/quic-v1").unwrap()],
        directories: directories.to_vec(),
        profile: Some(profile(name, sells)),
        calls: CallReach::Loopback,
    })
    .await
    .unwrap();
    let events = handle.subscribe();
    Actor {
        handle,
        folder,
        events,
    }
}

async fn state(handle: &Handle, deal: DealId) -> Option<(DocumentId, AttachmentState)> {
    let files = handle.attachments(deal).await.ok()?;
    files.first().map(|file| (file.document, file.state))
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_megabytes_cross_over_quic_although_the_fetcher_restarts() {
    let bytes: Vec<u8> = (0..SIZE).map(|at| (at / 7 % 251) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let new = || tempfile::tempdir().unwrap();
    let mut seller = quic_peer(new(), "한일철강", true, &addresses[..1]).await;
    let mut buyer = quic_peer(new(), "Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;

    let mut part = buyer.handle.import().unwrap();
    for chunk in bytes.chunks(64 * 1024) {
        part.write(chunk).unwrap();
    }
    let whole = part.finish().unwrap();
    let (sha256, size) = (whole.sha256(), whole.size());
    buyer.handle.add_blob(whole).await.unwrap();
    let mut request = rfp(&profile("Incheon Build", false));
    let drawing = Attachment {
        name: "배치도.pdf".parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
        size,
        sha256,
    };
    request.attachments = vec![drawing].try_into().unwrap();
    let sent = buyer
        .handle
        .send_rfp(Box::new(request), Recipients::Matching { radius_km: None })
        .await
        .unwrap();
    seller.phase(sent.deal, Phase::Delivered).await;

    let (document, at_first) = state(&seller.handle, sent.deal).await.unwrap();
    assert_eq!(at_first, AttachmentState::NotFetched);
    seller.handle.fetch(document, sha256).await.unwrap();
    let begun = |handle: Handle| async move {
        match state(&handle, sent.deal).await?.1 {
            AttachmentState::Fetching { have } => (have >= 8 * BLOB_CHUNK_BYTES).then_some(()),
            AttachmentState::Here => Some(()),
            _ => None,
        }
    };
    seller.until("some of the file", begun).await;
    seller.handle.shutdown().await;
    let mut seller = quic_peer(seller.folder, "한일철강", true, &addresses[..1]).await;
    let here = |handle: Handle| async move {
        let (_, state) = state(&handle, sent.deal).await?;
        (state == AttachmentState::Here).then_some(())
    };
    seller.until("the file", here).await;

    let (mut file, size) = seller.handle.open_blob(sha256).await.unwrap();
    let mut read = Vec::new();
    file.read_to_end(&mut read).unwrap();
    assert_eq!(size, SIZE as u64);
    assert!(read == bytes);
    let other = DocumentId::from_bytes([0; 32]);
    let missing = seller.handle.open_blob(other).await;
    assert!(matches!(missing, Err(PeerError::NotFound(_))));
}
