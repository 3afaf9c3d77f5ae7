//! A provider of OpenID Connect, as strict as a real one: discovery, keys that change, a page that sends people back with a
//! code, and a token for a code that is used once, by its own client, with the right verifier. What it does wrong, it does
//! because a test told it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const CLIENT: &str = "zeyou";
pub(crate) const SECRET: &str = "a secret: of/the client";

/// A key to sign with, and its name.
enum Signer {
    Rs256(String, Box<RsaKeyPair>),
    Es256(String, Box<EcdsaKeyPair>),
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    fn rsa(name: &str) -> Self {
        let arguments =
            ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"];
        let made = std::process::Command::new("openssl").args(arguments).output().expect("openssl runs");
        // Older versions of openssl write the older form.
        let key = RsaKeyPair::from_pkcs8(&made.stdout).or_else(|_| RsaKeyPair::from_der(&made.stdout));
        Self::Rs256(name.to_owned(), Box::new(key.expect("a key")))
    }

    fn ec(name: &str) -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("a key");
        Self::Es256(name.to_owned(), Box::new(key))
    }

    fn header(&self) -> Value {
        match self {
            Self::Rs256(name, _) => json!({"alg": "RS256", "kid": name, "typ": "JWT"}),
            Self::Es256(name, _) => json!({"alg": "ES256", "kid": name, "typ": "JWT"}),
        }
    }

    fn public(&self) -> Value {
        match self {
            Self::Rs256(name, key) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": base64url(n), "e": base64url(e)})
            }
            Self::Es256(name, key) => {
                let point = key.public_key().as_ref();
                json!({"kty": "EC", "use": "sig", "crv": "P-256", "kid": name, "x": base64url(&point[1..33]), "y": base64url(&point[33..])})
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rs256(_, key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signed");
                signature
            }
            Self::Es256(_, key) => key.sign(&random, message).expect("signed").as_ref().to_vec(),
        }
    }
}

/// What a test makes the provider do: header, claims and the written signature, each of which it may change.
pub(crate) type Twist = Box<dyn Fn(&mut Value, &mut Value, &mut Option<String>) + Send>;

/// What is remembered of a code.
struct Code {
    redirect: String,
    challenge: String,
    nonce: String,
}

struct Inside {
    signer: Signer,
    published: Vec<Value>,
    codes: BTreeMap<String, Code>,
    subject: String,
    twist: Option<Twist>,
    asked_for_keys: u32,
}

/// A running provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    inside: Arc<Mutex<Inside>>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let signer = Signer::rsa("first");
        let inside = Inside {
            published: vec![signer.public(), json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"})],
            signer,
            codes: BTreeMap::new(),
            subject: "u-1".to_owned(),
            twist: None,
            asked_for_keys: 0,
        };
        let this = Self { issuer, inside: Arc::new(Mutex::new(inside)) };
        let data = web::Data::new(this.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/keys", web::get().to(keys))
        });
        actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).expect("it listens").run());
        this
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who signs in there from now on.
    pub(crate) fn person(&self, subject: &str) {
        self.inside().subject = subject.to_owned();
    }

    pub(crate) fn twist(&self, twist: impl Fn(&mut Value, &mut Value, &mut Option<String>) + Send + 'static) {
        self.inside().twist = Some(Box::new(twist));
    }

    pub(crate) fn straight(&self) {
        self.inside().twist = None;
    }

    /// Signs with a new key from now on; of the other kind.
    pub(crate) fn rotate(&self) {
        let mut inside = self.inside();
        inside.signer = match inside.signer {
            Signer::Rs256(..) => Signer::ec("second"),
            Signer::Es256(..) => Signer::rsa("third"),
        };
        let public = inside.signer.public();
        inside.published.push(public);
    }

    pub(crate) fn asked_for_keys(&self) -> u32 {
        self.inside().asked_for_keys
    }

    /// The public key as an attacker would write it into a secret.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        self.inside().signer.public().to_string().into_bytes()
    }
}

async fn discovery(this: web::Data<Provider>) -> HttpResponse {
    let at = |path: &str| format!("{}{path}", this.issuer);
    HttpResponse::Ok().json(json!({"issuer": this.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256", "ES256"]}))
}

async fn keys(this: web::Data<Provider>) -> HttpResponse {
    let mut inside = this.inside();
    inside.asked_for_keys += 1;
    HttpResponse::Ok().json(json!({"keys": inside.published}))
}

fn fields(text: &str) -> BTreeMap<String, String> {
    web::Query::<BTreeMap<String, String>>::from_query(text).map(web::Query::into_inner).unwrap_or_default()
}

async fn authorize(request: HttpRequest, this: web::Data<Provider>) -> HttpResponse {
    let asked = fields(request.query_string());
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let good = of("response_type") == "code" && of("client_id") == CLIENT && of("code_challenge_method") == "S256";
    if !good || of("state").is_empty() || !of("scope").contains("openid") {
        return HttpResponse::BadRequest().body(format!("{asked:?}"));
    }
    let code = format!("code-{}", uuid::Uuid::new_v4().simple());
    let kept = Code { redirect: of("redirect_uri"), challenge: of("code_challenge"), nonce: of("nonce") };
    this.inside().codes.insert(code.clone(), kept);
    let back = format!("{}?code={code}&state={}&iss={}&session_state=x", of("redirect_uri"), of("state"), this.issuer);
    HttpResponse::Found().insert_header(("location", back)).finish()
}

async fn token(request: HttpRequest, body: String, this: web::Data<Provider>) -> HttpResponse {
    let sent = fields(&body);
    let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let basic = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:a%20secret%3A%20of%2Fthe%20client")));
    assert_eq!(SECRET, "a secret: of/the client");
    if basic != wanted {
        return HttpResponse::Unauthorized().json(json!({"error": "invalid_client"}));
    }
    let mut inside = this.inside();
    // Once, whatever comes of it.
    let code = inside.codes.remove(&of("code"));
    let verifier = base64url(Sha256::digest(of("code_verifier")));
    let Some(code) = code.filter(|code| code.redirect == of("redirect_uri") && code.challenge == verifier) else {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let mut header = inside.signer.header();
    let mut claims = json!({"iss": this.issuer, "sub": inside.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": code.nonce});
    let mut signature = None;
    if let Some(twist) = &inside.twist {
        twist(&mut header, &mut claims, &mut signature);
    }
    let signed = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
    let signature = signature.unwrap_or_else(|| base64url(inside.signer.sign(signed.as_bytes())));
    HttpResponse::Ok()
        .json(json!({"access_token": "x", "token_type": "Bearer", "id_token": format!("{signed}.{signature}")}))
}
