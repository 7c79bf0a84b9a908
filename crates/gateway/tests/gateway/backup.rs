//! Taking everything away in one sealed file.

use std::net::SocketAddr;

use opener_gateway::{GatewayConfig, Token, serve};

use crate::place::{Answer, Place, TOKEN, say};

async fn ask(address: SocketAddr, token: &str, passphrase: &str) -> Answer {
    let fields = [
        format!("Host: {address}"),
        format!("Authorization: Bearer {token}"),
        format!("Content-Length: {}", passphrase.len()),
    ];
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    say(address, "POST /backup HTTP/1.1", &fields, passphrase).await
}

#[tokio::test]
async fn a_backup_goes_out_sealed_where_that_is_allowed_and_nowhere_else() {
    let place = Place::open().await;
    let closed = ask(place.door.address, TOKEN, "eight or more").await;
    assert_eq!(
        (closed.status, closed.code().as_str()),
        (403, "forbidden"),
        "{closed:?}"
    );
    assert!(closed.body.contains("at the computer"), "{}", closed.body);
    let config = GatewayConfig {
        backups: true,
        ..GatewayConfig::new(Token::new(TOKEN).unwrap())
    };
    let door = serve(place.peer.clone(), config).await.unwrap();
    let given = ask(door.address, TOKEN, "eight or more").await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert!(given.body.starts_with("OPENBAK"));
    assert!(given.head.contains("cache-control: no-store"));
    for wrong in ["seven c", "", "two\nlines of it"] {
        let refused = ask(door.address, TOKEN, wrong).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "invalid_params")
        );
    }
    let foreign = ask(door.address, &TOKEN.replace('a', "b"), "eight or more").await;
    assert_eq!(foreign.status, 401);
    let left = std::fs::read_dir(place.folder.path().join("data")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains("copy")),
        "{left:?}"
    );
    door.shutdown().await;
    place.close().await;
}
