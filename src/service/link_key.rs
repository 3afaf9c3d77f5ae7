//! The key that signs rating links, and what a signed link says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::domain::{Date, EngagementId, LinkMaker, RatingId};

/// Under this name the key lies in the database.
pub(super) const NAME: &str = "rating-link";

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    /// What it is for.
    pub(super) engagement: EngagementId,
    /// Its last day.
    pub(super) until: Date,
    /// The revision of the rating that it was made for; 0: there was none. Once there is another, it is used up.
    pub(super) rev: u32,
    /// Who made it; not told by links of earlier versions.
    pub(super) maker: Option<LinkMaker>,
}

/// The key of this installation; whoever has it can make links. It is never printed.
#[derive(Clone)]
pub(super) struct LinkKey([u8; 32]);

impl From<[u8; 32]> for LinkKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl LinkKey {
    /// `ENGAGEMENT.YYYYMMDDrREV~ROLE~ID.MAC`: what it is for, its last day, the revision of the rating that it was made for (none:
    /// for the first), who made it if that is told, and HMAC-SHA256 over all of it in base64url.
    pub(super) fn sign(&self, signed: &Signed) -> String {
        let Signed { engagement, until, rev, maker } = signed;
        let mut day = until.to_string().replace('-', "");
        if *rev > 0 {
            day.push_str(&format!("r{rev}"));
        }
        if let Some(LinkMaker { role, id }) = maker {
            day.push_str(&format!("~{role}~{id}"));
        }
        let mac = self.mac(engagement.as_str(), &day).finalize().into_bytes();
        format!("{engagement}.{day}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// What a link says, if this key signed it and the day is not over.
    pub(super) fn check(&self, token: &str, today: Date) -> Option<Signed> {
        let (signed, mac) = token.rsplit_once('.')?;
        let (engagement, day) = signed.rsplit_once('.')?;
        let given = URL_SAFE_NO_PAD.decode(mac).ok()?;
        // In constant time.
        self.mac(engagement, day).verify_slice(&given).ok()?;
        let mut parts = day.splitn(3, '~');
        let day = parts.next()?;
        let maker = parts.next().zip(parts.next());
        let maker = maker.map(|(role, id)| LinkMaker { role: role.to_owned(), id: id.to_owned() });
        let (day, rev) = day.split_once('r').unwrap_or((day, "0"));
        let until = format!("{}-{}-{}", day.get(..4)?, day.get(4..6)?, day.get(6..)?).parse::<Date>().ok()?;
        let signed = Signed { engagement: engagement.parse().ok()?, until, rev: rev.parse().ok()?, maker };
        (today <= until).then_some(signed)
    }

    /// What proves that a browser gave this rating: HMAC-SHA256 over engagement and rating in base64url.
    pub(super) fn mark(&self, engagement: &EngagementId, rating: RatingId) -> String {
        // No day is written like a rating's id, so no link is ever such a proof.
        let mac = self.mac(engagement.as_str(), &format!("given {rating}"));
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn mac(&self, engagement: &str, day: &str) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        let mut mac = mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(format!("zeyou rating link 1\n{engagement}\n{day}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn maker() -> LinkMaker {
        LinkMaker { role: "park_manager".to_owned(), id: "A1b2".to_owned() }
    }

    fn signed(rev: u32) -> Signed {
        Signed { engagement: "G.1:a_b-c".parse().expect("a code"), until: day("2026-12-31"), rev, maker: Some(maker()) }
    }

    fn token() -> (LinkKey, String) {
        let key = LinkKey::from([7; 32]);
        let token = key.sign(&signed(12));
        (key, token)
    }

    #[test]
    fn a_link_says_what_was_signed_until_its_last_day_is_over() {
        let (key, token) = token();
        let found = key.check(&token, day("2026-12-31")).expect("its last day");
        assert_eq!(found, signed(12));
        // As links were made before they said by whom, and for which revision.
        let old = Signed { maker: None, ..signed(0) };
        let token_of_old = key.sign(&old);
        assert!(token_of_old.starts_with("G.1:a_b-c.20261231."), "{token_of_old}");
        assert_eq!(key.check(&token_of_old, day("2026-12-31")), Some(old));
        assert!(key.check(&token, day("2027-01-01")).is_none(), "expired");
    }

    #[test]
    fn whatever_is_changed_in_a_link_it_is_refused() {
        let (key, token) = token();
        let today = day("2026-12-01");
        assert!(LinkKey::from([8; 32]).check(&token, today).is_none(), "another installation's key");
        assert!(key.check(&token.replace("G.1", "G.2"), today).is_none(), "another engagement");
        assert!(key.check(&token.replace("20261231", "20271231"), today).is_none(), "a later day");
        assert!(key.check(&token.replace("r12", "r13"), today).is_none(), "another revision");
        assert!(key.check(&token.replace("A1b2", "A1b3"), today).is_none(), "another maker");
        assert!(key.check(&token.replace("~park_manager~A1b2", ""), today).is_none(), "no maker");
        // Text moved between the parts is other text.
        assert!(key.check(&token.replace("c.2026", "c2.026"), today).is_none());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).expect("text");
            assert!(key.check(&forged, today).is_none(), "character {at}: {forged}");
            assert!(key.check(&token[..at], today).is_none(), "cut at {at}");
        }
        for bad in ["", ".", "..", "G1", "G1.20261231.", "G1.2026123€.AAAA", "G1..AAAA"] {
            assert!(key.check(bad, today).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        // RFC 4231, test case 2, shows that the crate is used as it should be.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").expect("a key");
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let found: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, expected);
    }
}
