use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The byte texts that give a secret away, apart from escapes, which a [`View`](super::view::View) undoes.
pub(super) fn variants(secret: &str) -> Vec<Vec<u8>> {
    let mut variants = vec![secret.as_bytes().to_vec()];
    // Forms write a space as `+`.
    variants.push(secret.replace(' ', "+").into_bytes());
    for before in 0..3 {
        variants.push(base64(&STANDARD, secret, before));
        variants.push(base64(&URL_SAFE, secret, before));
    }
    variants.push(data_encoding::HEXLOWER.encode(secret.as_bytes()).into_bytes());
    variants.push(data_encoding::HEXUPPER.encode(secret.as_bytes()).into_bytes());
    let mut unique: Vec<Vec<u8>> = Vec::new();
    for variant in variants {
        if !unique.contains(&variant) {
            unique.push(variant);
        }
    }
    unique
}

/// The characters that Base64 must have for a secret that stands `before` bytes into a group of three. Those at both ends
/// that also depend on the neighbours are left out.
fn base64(engine: &impl base64::Engine, secret: &str, before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend(secret.as_bytes());
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    engine.encode(bytes).as_bytes()[first..last].to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn base64_is_found_at_each_alignment() {
        for (before, text) in ["", "x", "xy"].into_iter().enumerate() {
            let encoded = STANDARD.encode(format!("{text}hunter22 and more"));
            let variant = String::from_utf8(base64(&STANDARD, "hunter22", before)).unwrap();
            assert!(encoded.contains(&variant), "{encoded} {variant}");
        }
    }
}
