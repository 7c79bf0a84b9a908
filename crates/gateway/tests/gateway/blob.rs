use crate::place::{Answer, Place, TOKEN, say};

/// `verb page`, with the token and these fields.
async fn ask(place: &Place, line: &str, fields: &[&str], body: &str) -> Answer {
    let own = [
        format!("Host: {}", place.door.address),
        format!("Authorization: Bearer {TOKEN}"),
        format!("Content-Length: {}", body.len()),
    ];
    let fields: Vec<&str> = own
        .iter()
        .map(String::as_str)
        .chain(fields.iter().copied())
        .collect();
    say(
        place.door.address,
        &format!("{line} HTTP/1.1"),
        &fields,
        body,
    )
    .await
}

/// SHA-256 of `hello` (FIPS 180-4).
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[tokio::test]
async fn a_file_comes_in_and_goes_out_as_a_download_whatever_it_claims_to_be() {
    let place = Place::open().await;
    let html = ["Content-Type: text/html"];
    let answer = ask(
        &place,
        "PUT /blob?name=..%2F%2E%2Fa%0Ab%3Cx%3E.html",
        &html,
        "hello",
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let file = &answer.json()["ok"];
    assert_eq!(file["sha256"], HELLO);
    assert_eq!(file["size"], 5);
    assert_eq!(file["name"], "a b_x_.html");
    assert_eq!(file["media_type"], "text/html");
    let given = ask(&place, &format!("GET /blob/{HELLO}"), &[], "").await;
    assert_eq!((given.status, given.body.as_str()), (200, "hello"));
    for field in [
        "content-disposition: attachment",
        "content-type: application/octet-stream",
        "content-length: 5",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'",
    ] {
        assert!(given.head.contains(field), "{field}: {}", given.head);
    }
    place.close().await;
}

#[tokio::test]
async fn files_want_the_token() {
    let place = Place::open().await;
    let host = format!("Host: {}", place.door.address);
    for line in [
        "PUT /blob?name=a HTTP/1.1".to_owned(),
        format!("GET /blob/{HELLO} HTTP/1.1"),
    ] {
        let answer = say(place.door.address, &line, &[&host, "Content-Length: 0"], "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "unauthorized")
        );
    }
    place.close().await;
}

#[tokio::test]
async fn what_is_no_file_is_refused_by_what_is_wrong_with_it() {
    let place = Place::open().await;
    for (line, body, status, code) in [
        ("PUT /blob", "hello", 400, "invalid_params"),
        (
            "PUT /blob?name=a&path=/etc/passwd",
            "hello",
            400,
            "invalid_params",
        ),
        ("PUT /blob?name=a", "", 400, "invalid_params"),
        ("GET /blob/zz", "", 404, "not_found"),
        ("GET /blob/..%2Fidentity.key", "", 404, "not_found"),
        (
            &format!("GET /blob/{}", "00".repeat(32)),
            "",
            404,
            "not_found",
        ),
        ("POST /blob", "hello", 405, "method_not_allowed"),
    ] {
        let answer = ask(&place, line, &[], body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{line}: {answer:?}"
        );
    }
    let parts = place.folder.path().join("data/files/part");
    assert_eq!(
        std::fs::read_dir(parts).unwrap().count(),
        0,
        "nothing is left"
    );
    place.close().await;
}

#[tokio::test]
async fn a_file_of_one_byte_too_many_is_refused_and_leaves_nothing() {
    let place = Place::open().await;
    let body = "x".repeat(64 * 1024 * 1024 + 1);
    let answer = ask(&place, "PUT /blob?name=film", &[], &body).await;
    // The door may close before it has read all of it, and then the answer can be lost.
    assert!(
        answer.status == 413 || answer.status == 0,
        "{}",
        answer.head
    );
    let files = std::fs::read_dir(place.folder.path().join("data/files")).unwrap();
    assert_eq!(files.count(), 1, "only the folder of parts");
    let largest = &body[1..];
    let answer = ask(&place, "PUT /blob?name=plans", &[], largest).await;
    assert_eq!(answer.json()["ok"]["size"], largest.len());
    place.close().await;
}
