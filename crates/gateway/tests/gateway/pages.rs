use std::sync::Arc;

use opener_gateway::{GatewayConfig, Page, Pages, Token, serve};

use crate::place::{Place, TOKEN, say};

#[tokio::test]
async fn every_answer_carries_the_strict_header_fields() {
    let place = Place::open().await;
    for page in ["/", "/healthz", "/api", "/app.js"] {
        let answer = place.get(page).await;
        for field in [
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "content-security-policy: default-src 'none'; script-src 'self';",
            &format!("connect-src 'self' ws://{}", place.door.address),
        ] {
            assert!(
                answer.head.contains(field),
                "{page}: {field}: {}",
                answer.head
            );
        }
    }
    place.close().await;
}

#[tokio::test]
async fn the_interface_is_served_and_finds_its_own_way() {
    let place = Place::open().await;
    assert!(place.get("/").await.body.contains("first"));
    assert!(place.get("/deals/7").await.body.contains("first"));
    assert_eq!(place.get("/app.js").await.body, "export {};");
    assert!(place.folder.path().join("data/identity.key").exists());
    let climbing = place.get("/../data/identity.key").await;
    assert!(
        climbing.status >= 400 || climbing.body.contains("first"),
        "{climbing:?}"
    );
    place.close().await;
}

#[tokio::test]
async fn an_interface_inside_the_program_is_served_like_one_in_a_folder() {
    let place = Place::open().await;
    let find = |path: &str| {
        let bytes = match path {
            "index.html" => "<title>inside</title>",
            "app.js" => "export {};",
            _ => return None,
        };
        Some(Page {
            bytes: bytes.into(),
            media_type: if path == "app.js" {
                "text/javascript"
            } else {
                "text/html"
            }
            .to_owned(),
        })
    };
    let config = GatewayConfig {
        pages: Pages::BuiltIn(Arc::new(find)),
        ..GatewayConfig::new(Token::new(TOKEN).unwrap())
    };
    let door = serve(place.peer.clone(), config).await.unwrap();
    let host = format!("Host: {}", door.address);
    let ask = async |line: &str| say(door.address, line, &[&host], "").await;
    for page in ["/", "/deals/7", "/../data/identity.key"] {
        let first = ask(&format!("GET {page} HTTP/1.1")).await;
        assert!(
            first.body.contains("inside") || first.status >= 400,
            "{first:?}"
        );
    }
    let script = ask("GET /app.js HTTP/1.1").await;
    assert_eq!(script.body, "export {};");
    assert!(script.head.contains("content-type: text/javascript"));
    assert!(
        script
            .head
            .contains("content-security-policy: default-src 'none'")
    );
    assert_eq!(ask("DELETE /app.js HTTP/1.1").await.status, 405);
    let api = ask("POST /api HTTP/1.1").await;
    assert_eq!(api.status, 401, "{api:?}");
    door.shutdown().await;
    place.close().await;
}

#[tokio::test]
async fn health_needs_no_token_and_says_when_the_peer_is_gone() {
    let place = Place::open().await;
    let answer = place.get("/healthz").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    place.peer.shutdown().await;
    assert_eq!(place.get("/healthz").await.status, 503);
    place.door.shutdown().await;
}

#[tokio::test]
async fn the_wrong_verb_is_named() {
    let place = Place::open().await;
    let host = format!("Host: {}", place.door.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    for (line, code) in [
        ("GET /api HTTP/1.1", 405),
        ("POST /healthz HTTP/1.1", 405),
        ("POST /events HTTP/1.1", 405),
    ] {
        let answer = say(
            place.door.address,
            line,
            &[&host, &token, "Content-Length: 0"],
            "",
        )
        .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (code, "method_not_allowed"),
            "{line}"
        );
    }
    place.close().await;
}
