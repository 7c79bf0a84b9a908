use super::*;

fn words(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

/// A sealed identity, its file and its bytes.
fn sealed() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.sealed");
    keep(&path, &Identity::from_seed([7; 32]), &words("open sesame")).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    (folder, path, bytes)
}

/// Puts the hash right, as somebody does who tampers on purpose.
fn rehashed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = Sha256::digest(&bytes[..HASHED]);
    bytes[HASHED..].copy_from_slice(&hash);
    bytes
}

#[test]
fn the_right_passphrase_opens_and_another_is_refused() {
    let (_folder, path, bytes) = sealed();
    let opened = load(&path, &words("open sesame")).unwrap();
    assert_eq!(opened.peer_id(), Identity::from_seed([7; 32]).peer_id());
    let wrong = load(&path, &words("Open sesame")).err().unwrap();
    assert!(matches!(wrong, SealedError::WrongPassphrase(_)), "{wrong}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        bytes,
        "nothing is overwritten"
    );
}

#[test]
fn the_file_has_the_printed_form_and_never_the_same_salt() {
    let (_folder, path, bytes) = sealed();
    assert_eq!(bytes.len(), FILE);
    assert_eq!(&bytes[..8], b"OPENKEY\x01");
    assert_eq!(Cost::read(&bytes[COST_AT]), COST);
    assert!(!bytes.windows(32).any(|part| part == [7; 32]));
    keep(&path, &Identity::from_seed([7; 32]), &words("open sesame")).unwrap();
    let again = std::fs::read(&path).unwrap();
    assert_ne!(again[SALT], bytes[SALT]);
    assert_ne!(again[NONCE], bytes[NONCE]);
}

#[test]
fn a_damaged_file_is_told_from_a_wrong_passphrase() {
    let (_folder, path, bytes) = sealed();
    let mut cases: Vec<Vec<u8>> = vec![vec![], bytes[..FILE - 1].to_vec(), b"OPENKEY".to_vec()];
    cases.push([&bytes[..], b"x"].concat());
    for at in [0, 7, 9, 25, 40, 70, 110] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        cases.push(flipped);
    }
    for case in cases {
        private_file::write(&path, &case).unwrap();
        let error = load(&path, &words("open sesame")).err().unwrap();
        assert!(matches!(error, SealedError::Damaged(_)), "{error}");
    }
}

#[test]
fn a_file_that_was_tampered_with_does_not_open() {
    let (_folder, path, bytes) = sealed();
    // A cheaper cost, another salt, another nonce, another seed.
    for at in [15, 20, 36, 60] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        private_file::write(&path, &rehashed(changed)).unwrap();
        assert!(load(&path, &words("open sesame")).is_err(), "{at}");
    }
}

#[test]
fn a_file_that_would_hold_the_program_up_is_refused_before_it_does() {
    let (_folder, path, bytes) = sealed();
    for at in [8, 12, 16] {
        let mut dear = bytes.clone();
        dear[at] = 0xff;
        private_file::write(&path, &rehashed(dear)).unwrap();
        let error = load(&path, &words("open sesame")).err().unwrap();
        assert!(matches!(error, SealedError::TooDear(_)), "{error}");
    }
}

#[test]
fn a_newer_file_asks_for_a_newer_program() {
    let (_folder, path, mut bytes) = sealed();
    bytes[7] = 2;
    private_file::write(&path, &rehashed(bytes)).unwrap();
    let error = load(&path, &words("open sesame")).err().unwrap();
    assert!(error.to_string().contains("newer"), "{error}");
}
