//! Targets of the ways in: tokens and keys of a provider, API keys, cookies, proxies' headers; and the chain.

use actix_web::test::{TestRequest, init_service, try_call_service};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use zeyou::domain::{Role, Scopes};
use zeyou::http::{Access, Admission, Metrics, Network, application, seen};
use zeyou::service::accounts::{NewAccount, NewKey};
use zeyou::service::oidc::{Expected, Flow, KeySet, identity};
use zeyou::store::Store;

use crate::requests::too_busy;
use crate::runner::{corpus, run};
use crate::site::demo;

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key set, and a token that its key signed.
fn signed() -> (Vec<u8>, String, Vec<u8>) {
    let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("a key");
    let point = key.public_key().as_ref();
    let public =
        json!({"kty": "EC", "crv": "P-256", "kid": "a", "x": base64url(&point[1..33]), "y": base64url(&point[33..])});
    let payload = json!({"iss": "https://id.example", "sub": "u", "aud": "zeyou", "exp": 4e9, "iat": 0, "nonce": "n"})
        .to_string();
    let text = format!("{}.{}", base64url(r#"{"alg":"ES256","kid":"a"}"#), base64url(&payload));
    let signature = key.sign(&random, text.as_bytes()).expect("signed");
    (
        json!({"keys": [public]}).to_string().into_bytes(),
        format!("{text}.{}", base64url(signature)),
        payload.into_bytes(),
    )
}

/// F9: a token that was damaged is not believed, whatever became of it; keys and claims are read or refused.
#[test]
fn token() {
    let (keys, token, payload) = signed();
    let set = KeySet::parse(&keys).expect("a set");
    let mut seeds = corpus("token");
    seeds.push(token.clone().into_bytes());
    run("token", &seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match set.verify(&text) {
            Ok(read) => assert!(text == token && read == payload, "{text}"),
            Err(_) => assert_ne!(text, token),
        }
    });
}

#[test]
fn keys_of_a_provider() {
    let (keys, token, _) = signed();
    let mut seeds = corpus("jwks");
    seeds.push(keys);
    run("jwks", &seeds, |bytes| {
        if let Ok(set) = KeySet::parse(bytes) {
            assert!(set.len() <= 64);
            let _ = set.verify(&token);
        }
    });
}

#[test]
fn claims() {
    let (.., payload) = signed();
    let mut seeds = corpus("claims");
    seeds.push(payload);
    let expected = Expected { issuer: "https://id.example", client: "zeyou", nonce: "n", now: 1_800_000_000 };
    run("claims", &seeds, |bytes| {
        if let Ok(found) = identity(bytes, &expected) {
            let text = String::from_utf8_lossy(bytes);
            assert!(text.contains("https:") && text.contains("zeyou"), "{text}");
            assert!(!found.subject.is_empty() && found.subject.len() <= 255);
        }
    });
}

/// What a browser kept of a sign-in is read as it was written, or not at all.
#[test]
fn flow() {
    let seeds = vec![format!("{}.l-i_nk.{}", "a".repeat(43), base64url("/parks/P1?x=1")).into_bytes(), b"..".to_vec()];
    run("flow", &seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Some(flow) = Flow::parse(&text) {
            assert_eq!(flow.text(), text);
        }
    });
}

/// F10: only the very key and the very cookie let anybody in.
#[test]
fn credentials() {
    let system = actix_web::rt::System::new();
    let (service, _folder) = system.block_on(demo());
    let (key, token) = system.block_on(async {
        let accounts = service.accounts();
        let new = NewAccount { name: "li".to_owned(), role: Role::ParkManager("P0001".parse().expect("a code")) };
        let made = accounts.create(new).await.expect("an account");
        let link = made.path.trim_start_matches("/welcome/");
        let token = accounts.accept(link, "三月 blossom 37 trains".to_owned(), "").await.expect("in").token;
        let new = NewKey { label: "x".to_owned(), scopes: Scopes::ALL, days: 1 };
        (accounts.make_key(&made.account.id, new).await.expect("a key").key, token)
    });
    let metrics = Metrics::default();
    let admission = Admission::new(&metrics, 2);
    let app = application(service, metrics, admission, Access::default(), zeyou::console::routes);
    let app = system.block_on(init_service(app));
    let good = [format!("Bearer {key}"), format!("zeyou_session={token}")];
    let mut seeds: Vec<Vec<u8>> = good.iter().map(|text| text.clone().into_bytes()).collect();
    seeds.extend(corpus("credentials"));
    let mut let_in = 0;
    run("credentials", &seeds, |bytes| {
        let Ok(value) = actix_web::http::header::HeaderValue::from_bytes(bytes) else { return };
        for name in ["authorization", "cookie"] {
            let request = TestRequest::with_uri("/api/v1/me").insert_header((name, value.clone()));
            let Ok(answer) = system.block_on(try_call_service(&app, request.to_request())) else { panic!("no answer") };
            match answer.status().as_u16() {
                200 => {
                    let text = String::from_utf8_lossy(bytes);
                    // The scheme is read in any case, and blanks around the key are none of it; a cookie may stand among others.
                    let whole = if name == "cookie" { text.contains(&token) } else { text.trim().ends_with(&key) };
                    assert!(whole, "{name}: {text}");
                    let_in += 1;
                }
                status => {
                    let busy = system.block_on(too_busy(answer));
                    assert!(status == 401 || busy, "{name}: {status} {}", String::from_utf8_lossy(bytes));
                }
            }
        }
    });
    assert!(let_in >= 2, "the good ones are let in");
}

/// F11: whatever a client and a proxy write, there is one address or none.
#[test]
fn forwarded() {
    let seeds = ["192.0.2.1", "10.0.0.1, 192.0.2.1:80", "[2001:db8::1]:443, ::1", "unknown, _x", ","];
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|text| text.as_bytes().to_vec()).collect();
    run("forwarded", &seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let hops: Vec<&str> = text.split(',').map(str::trim).collect();
        let trusted: Network = "10.0.0.0/8".parse().expect("a network");
        let (proxy, other) = ("10.0.0.1".parse().expect("an address"), "203.0.113.9".parse().expect("an address"));
        assert_eq!(seen(other, &hops, &[trusted]), other, "who is no proxy says what it likes");
        let found = seen(proxy, &hops, &[trusted]);
        // What stands before the first address that is not a proxy's does not matter.
        let longer: Vec<&str> = std::iter::once("198.51.100.7").chain(hops).collect();
        assert!(trusted.holds(found) || seen(proxy, &longer, &[trusted]) == found, "{text}");
    });
}

/// F5: a row that was changed anywhere is found at its place, and rows that were not are taken.
#[test]
fn chain() {
    let system = actix_web::rt::System::new();
    let (rows, store, _folder) = system.block_on(async {
        let (service, folder) = demo().await;
        let rows = service.store().rows(0, 24).await.expect("rows");
        (rows, Store::open(&folder.path().join("copy.db")).await.expect("a store"), folder)
    });
    // Which row, which of its fields, and what stands there instead.
    let field = |at: u8, field: u8, bytes: &[u8]| [&[at, field], bytes].concat();
    let mut seeds =
        vec![field(3, 0, &rows[3].body), field(5, 1, &rows[5].chain), field(0, 2, rows[0].subject.as_bytes())];
    seeds.push(field(7, 3, &rows[7].rev.to_le_bytes()));
    seeds.push(field(9, 4, &rows[9].recorded_at.to_le_bytes()));
    run("chain", &seeds, |bytes| {
        let [at, field, rest @ ..] = bytes else { return };
        let (at, mut changed) = (usize::from(*at) % rows.len(), rows.clone());
        let number = || i64::from_le_bytes(std::array::from_fn(|n| rest.get(n).copied().unwrap_or(0)));
        let row = &mut changed[at];
        match field % 5 {
            0 => row.body = rest.to_vec(),
            1 => row.chain = rest.to_vec(),
            2 => row.subject = String::from_utf8_lossy(rest).into_owned(),
            3 => row.rev = number(),
            _ => row.recorded_at = number(),
        }
        let fault = system.block_on(async {
            let mut filling = store.fill().await.expect("an empty log");
            filling.rows(&changed[..=at]).await
        });
        match fault {
            Ok(None) => assert_eq!(changed, rows),
            Ok(Some(fault)) => assert!(changed != rows && fault.seq == rows[at].seq, "{fault:?}"),
            // A text that the database itself refuses.
            Err(_) => assert_ne!(changed, rows),
        }
    });
}
