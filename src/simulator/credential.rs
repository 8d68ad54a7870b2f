use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Why a credential is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCredential {
    /// It has not the shape of one.
    Unreadable,
    /// It was not signed here, or for another world.
    Signature,
    /// Its time is over.
    Expired,
}

/// Gives out bearers and reads them: three parts of base64, the last a MAC over the others (RFC 7519 in shape).
#[derive(Clone)]
pub struct Signer {
    secret: [u8; 32],
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// A signer with the secret of one simulator.
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// A bearer of an id, for one world, that holds until `expires_ms`, in milliseconds of the virtual clock.
    pub fn issue(&self, id: &str, world: &str, now_ms: u64, expires_ms: u64) -> String {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "typ": "JWT" }).to_string());
        let claims = json!({ "jti": id, "sub": world, "iat": seconds(now_ms), "exp": seconds(expires_ms) });
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mac = URL_SAFE_NO_PAD.encode(self.mac(signed.as_bytes()));
        format!("{signed}.{mac}")
    }

    /// Whether a bearer was issued for this world and still holds.
    pub fn verify(&self, bearer: &str, world: &str, now_ms: u64) -> Result<(), BadCredential> {
        let (signed, mac) = bearer.rsplit_once('.').ok_or(BadCredential::Unreadable)?;
        let (_, claims) = signed.split_once('.').ok_or(BadCredential::Unreadable)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| BadCredential::Unreadable)?;
        let claims: Value = serde_json::from_slice(&claims).map_err(|_| BadCredential::Unreadable)?;
        let expires = claims["exp"].as_f64().ok_or(BadCredential::Unreadable)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| BadCredential::Unreadable)?;
        if !same(&mac, &self.mac(signed.as_bytes())) || claims["sub"] != world {
            return Err(BadCredential::Signature);
        }
        if now_ms as f64 >= (expires * 1_000.0).round() { Err(BadCredential::Expired) } else { Ok(()) }
    }

    /// HMAC with SHA-256 (RFC 2104). The secret is shorter than a block, so it is only padded.
    fn mac(&self, text: &[u8]) -> [u8; 32] {
        let pad = |with: u8| {
            let mut block = [with; 64];
            for (byte, secret) in block.iter_mut().zip(self.secret) {
                *byte ^= secret;
            }
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
        Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
    }
}

fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::{BadCredential, Signer, URL_SAFE_NO_PAD};
    use base64::Engine as _;

    const NOW: u64 = 1_700_000_000_123;

    #[test]
    fn a_bearer_holds_to_its_last_millisecond() {
        let signer = Signer::new([7; 32]);
        let bearer = signer.issue("1", "one", NOW, NOW + 5_000);
        assert_eq!(bearer.split('.').count(), 3);
        assert_eq!(signer.verify(&bearer, "one", NOW + 4_999), Ok(()));
        assert_eq!(signer.verify(&bearer, "one", NOW + 5_000), Err(BadCredential::Expired));
    }

    #[test]
    fn a_bearer_of_another_world_or_signer_is_not_accepted() {
        let signer = Signer::new([7; 32]);
        let bearer = signer.issue("1", "one", NOW, NOW + 5_000);
        assert_eq!(signer.verify(&bearer, "two", NOW), Err(BadCredential::Signature));
        assert_eq!(Signer::new([8; 32]).verify(&bearer, "one", NOW), Err(BadCredential::Signature));
    }

    #[test]
    fn claims_cannot_be_changed() {
        let signer = Signer::new([7; 32]);
        let bearer = signer.issue("1", "one", NOW, NOW + 5_000);
        let parts: Vec<&str> = bearer.split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replace("one", "two");
        let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2]);
        assert_eq!(signer.verify(&forged, "two", NOW), Err(BadCredential::Signature));
    }

    #[test]
    fn what_has_not_the_shape_of_a_bearer_is_unreadable() {
        let signer = Signer::new([7; 32]);
        for text in ["", "x", "a.b", "a.b.c", "..", "é.é.é", "e30.e30.e30"] {
            assert_eq!(signer.verify(text, "one", NOW), Err(BadCredential::Unreadable), "{text}");
        }
    }

    /// RFC 4231, test case 2, padded: a key shorter than the block is filled with zeros, as this secret is here.
    #[test]
    fn the_mac_is_hmac_sha256() {
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(b"Jefe");
        let mac = Signer::new(secret).mac(b"what do ya want for nothing?");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
