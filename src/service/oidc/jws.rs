//! Signatures of ID tokens: keys as a provider publishes them (RFC 7517), tokens in compact form (RFC 7515). Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// Bytes of a token at most.
const LONGEST: usize = 16 * 1024;
/// Keys of a provider at most.
const MOST_KEYS: usize = 64;

/// The algorithms that are accepted; nothing else is, whatever a token says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// It is no token in compact form.
    #[error("not a signed token: {0}")]
    Malformed(&'static str),
    /// Its algorithm is not among those accepted.
    #[error("the algorithm is not accepted")]
    Algorithm,
    /// No key of the provider is meant by it: perhaps a new one.
    #[error("no key of the provider has this name and kind")]
    UnknownKey,
    /// No key signed it.
    #[error("the signature does not fit")]
    Signature,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct WrittenSet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Clone, Debug)]
enum Public {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Uncompressed point.
    P256(Vec<u8>),
}

#[derive(Clone, Debug)]
struct Key {
    name: Option<String>,
    public: Public,
}

/// The keys of a provider that this program can check signatures by.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JWK set. A key of another kind or for another purpose is passed over, as RFC 7517 wants.
    ///
    /// # Errors
    /// [`JwsFault::Malformed`] if it is no set of keys.
    pub fn parse(bytes: &[u8]) -> Result<Self, JwsFault> {
        let set: WrittenSet = serde_json::from_slice(bytes).map_err(|_| JwsFault::Malformed("the key set"))?;
        if set.keys.len() > MOST_KEYS {
            return Err(JwsFault::Malformed("too many keys"));
        }
        Ok(Self(set.keys.into_iter().filter_map(read_key).collect()))
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The payload of a token that one of these keys signed.
    ///
    /// # Errors
    /// [`JwsFault`]; [`JwsFault::UnknownKey`] is worth looking for new keys, nothing else is.
    pub fn verify(&self, token: &str) -> Result<Vec<u8>, JwsFault> {
        if token.len() > LONGEST {
            return Err(JwsFault::Malformed("too long"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsFault::Malformed("not three parts"));
        };
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsFault::Malformed("not base64url"));
        let (written, claims, signature_bytes) = (bytes(header)?, bytes(payload)?, bytes(signature)?);
        let written: Header = serde_json::from_slice(&written).map_err(|_| JwsFault::Malformed("the header"))?;
        let algorithm = Algorithm::named(&written.alg).ok_or(JwsFault::Algorithm)?;
        if written.crit.is_some() {
            return Err(JwsFault::Malformed("an extension that must be understood"));
        }
        let named = |key: &&Key| written.kid.is_none() || key.name == written.kid;
        let mut meant = self.0.iter().filter(named).filter(|key| key.public.fits(algorithm)).peekable();
        if meant.peek().is_none() {
            return Err(JwsFault::UnknownKey);
        }
        let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
        if meant.any(|key| key.public.signed(signed, &signature_bytes)) { Ok(claims) } else { Err(JwsFault::Signature) }
    }
}

impl Public {
    /// The kind of a key decides what it verifies, not the token: a public key is never taken as a secret.
    fn fits(&self, algorithm: Algorithm) -> bool {
        matches!((self, algorithm), (Self::Rsa { .. }, Algorithm::Rs256) | (Self::P256(_), Algorithm::Es256))
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }
}

fn read_key(written: serde_json::Value) -> Option<Key> {
    let written: WrittenKey = serde_json::from_value(written).ok()?;
    if written.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let (public, algorithm) = match written.kty.as_str() {
        "RSA" => (Public::Rsa { n: bytes(written.n)?, e: bytes(written.e)? }, "RS256"),
        "EC" if written.crv.as_deref() == Some("P-256") => {
            let (x, y) = (bytes(written.x)?, bytes(written.y)?);
            let whole = x.len() == 32 && y.len() == 32;
            (Public::P256(whole.then(|| [&[4_u8][..], &x, &y].concat())?), "ES256")
        }
        _ => return None,
    };
    if written.alg.is_some_and(|alg| alg != algorithm) {
        return None;
    }
    Some(Key { name: written.kid, public })
}
