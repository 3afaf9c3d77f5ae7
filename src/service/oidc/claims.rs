//! What an ID token claims, and whether it was made for this sign-in (OpenID Connect Core 1.0, 3.1.3.7). Pure.

use serde::Deserialize;

/// How far the clocks of provider and server may differ, seconds.
const SKEW: f64 = 60.0;

/// What this sign-in expects of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// This server's name at the provider.
    pub client: &'a str,
    /// What was sent along when this sign-in began.
    pub nonce: &'a str,
    /// Now, in seconds since 1970.
    pub now: i64,
}

/// Who somebody is to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own, lasting name of the person.
    pub subject: String,
    /// How the person was recognised: every `amr`, and `acr`.
    pub methods: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    azp: Option<String>,
    amr: Option<Vec<String>>,
    acr: Option<String>,
}

/// The identity that a signed payload claims, if the token was made by the expected issuer, for this client, for this
/// sign-in, and holds now.
///
/// # Errors
/// Which claim does not fit.
pub fn identity(payload: &[u8], expected: &Expected<'_>) -> Result<Identity, &'static str> {
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| "the claims cannot be read")?;
    let now = expected.now as f64;
    if claims.iss != expected.issuer {
        return Err("iss is another provider");
    }
    let (for_us, alone) = match &claims.aud {
        Audience::One(client) => (client == expected.client, true),
        Audience::Many(clients) => (clients.iter().any(|client| client == expected.client), clients.len() == 1),
    };
    if !for_us {
        return Err("aud is another client");
    }
    // Made for several, it must say that it was this one that asked.
    if claims.azp.as_deref().map_or(!alone, |party| party != expected.client) {
        return Err("azp is another client");
    }
    if !(claims.exp.is_finite() && now < claims.exp + SKEW) {
        return Err("exp is over");
    }
    if [Some(claims.iat), claims.nbf].into_iter().flatten().any(|at| !at.is_finite() || at > now + SKEW) {
        return Err("iat or nbf is still to come");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err("nonce is that of another sign-in");
    }
    if !(1..=255).contains(&claims.sub.len()) || claims.sub.chars().any(char::is_control) {
        return Err("sub is no name");
    }
    let methods = claims.amr.unwrap_or_default().into_iter().chain(claims.acr).collect();
    Ok(Identity { subject: claims.sub, methods })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn good() -> Value {
        json!({"iss": "https://id.example", "sub": "u-1", "aud": "zeyou", "exp": NOW + 300, "iat": NOW, "nonce": "n",
            "amr": ["pwd", "otp"], "acr": "2", "unknown": {"x": 1}})
    }

    fn read(claims: &Value) -> Result<Identity, &'static str> {
        let expected = Expected { issuer: "https://id.example", client: "zeyou", nonce: "n", now: NOW };
        identity(claims.to_string().as_bytes(), &expected)
    }

    #[test]
    fn a_token_made_for_this_sign_in_names_who_it_is() {
        let found = read(&good()).expect("a good one");
        assert_eq!((found.subject.as_str(), found.methods), ("u-1", vec!["pwd".into(), "otp".into(), "2".into()]));
        let mut several = good();
        (several["aud"], several["azp"]) = (json!(["zeyou", "other"]), json!("zeyou"));
        assert!(read(&several).is_ok());
        // Clocks may differ by a minute, not more.
        for (claim, at, fits) in
            [("exp", NOW - 59, true), ("exp", NOW - 61, false), ("iat", NOW + 59, true), ("iat", NOW + 61, false)]
        {
            let mut token = good();
            token[claim] = json!(at);
            assert_eq!(read(&token).is_ok(), fits, "{claim} {at}");
        }
    }

    #[test]
    fn a_claim_that_does_not_fit_or_is_not_there_is_refused() {
        let changes = [
            ("iss", json!("https://id.example/"), "iss"),
            ("aud", json!("other"), "aud"),
            ("aud", json!(["zeyou", "other"]), "azp"),
            ("azp", json!("other"), "azp"),
            ("nonce", json!("m"), "nonce"),
            ("nonce", Value::Null, "nonce"),
            ("nbf", json!(NOW + 100), "nbf"),
            ("sub", json!(""), "sub"),
            ("sub", json!("x\u{0}"), "sub"),
            ("exp", json!("never"), "claims"),
            ("aud", json!([]), "aud"),
        ];
        for (claim, value, told) in changes {
            let mut token = good();
            token[claim] = value;
            assert!(read(&token).is_err_and(|why| why.contains(told)), "{claim}: {:?}", read(&token));
        }
        for claim in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
            let mut token = good();
            token.as_object_mut().expect("an object").remove(claim);
            assert!(read(&token).is_err(), "without {claim}");
        }
        // One name twice is no name.
        let twice = good().to_string().replacen('{', "{\"sub\":\"u-2\",", 1);
        let expected = Expected { issuer: "https://id.example", client: "zeyou", nonce: "n", now: NOW };
        assert!(identity(twice.as_bytes(), &expected).is_err());
    }
}
