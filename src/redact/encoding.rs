use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The byte texts that give a secret away, apart from escapes, which a [`View`](super::view::View) undoes.
pub(super) fn variants(secret: &str) -> Vec<Vec<u8>> {
    let mut variants = vec![secret.as_bytes().to_vec()];
    // Forms write a space as `+`.
    variants.push(secret.replace(' ', "+").into_bytes());
    for before in 0..3 {
        variants.push(base64(&STANDARD, secret.as_bytes(), before));
        variants.push(base64(&URL_SAFE, secret.as_bytes(), before));
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

/// A text in every encoding in which writers put it, each with its name.
pub(super) fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    if text.bytes().all(plain) {
        // No writer escapes anything of it.
        let mut all = vec![("as it is", text.as_bytes().to_vec())];
        all.extend(of_bytes(text.as_bytes()));
        return all;
    }
    let json = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let ascii = |text: &str| {
        let mut units = [0; 2];
        text.chars().fold(String::new(), |escaped, c| match c {
            c if c.is_ascii() => escaped + c.encode_utf8(&mut [0; 4]),
            c => c.encode_utf16(&mut units).iter().fold(escaped, |escaped, unit| escaped + &format!("\\u{unit:04x}")),
        })
    };
    let percent = |text: &str| {
        text.bytes().fold(String::new(), |coded, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                coded + &char::from(byte).to_string()
            }
            _ => coded + &format!("%{byte:02X}"),
        })
    };
    let marked = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quotes = marked.replace('"', "&quot;");
    let (once, url) = (json(text), percent(text));
    let lower = url.split('%').enumerate().fold(String::new(), |coded, (at, part)| match at {
        0 => part.to_owned(),
        _ => coded + "%" + &part[..2].to_ascii_lowercase() + &part[2..],
    });
    let shell = text.replace('\'', r"'\''");
    let mut texts = vec![
        ("as it is", text.to_owned()),
        ("escaped for a shell", shell),
        ("escaped for HTML or XML", marked),
        ("escaped for HTML or XML", quotes.replace('\'', "&#39;")),
        ("escaped for HTML or XML", quotes.replace('\'', "&#x27;")),
        ("escaped for HTML or XML", quotes.replace('\'', "&apos;")),
        ("escaped for HTML or XML", quotes),
    ];
    // Whatever a writer has made of it may stand in JSON.
    texts.extend(texts.clone().into_iter().map(|(_, text)| ("escaped for JSON", json(&text))));
    texts.push(("escaped for JSON", ascii(&once)));
    texts.push(("escaped for JSON", once.replace('/', r"\/")));
    texts.push(("escaped for JSON", ascii(&once.replace('/', r"\/"))));
    texts.push(("escaped for JSON twice", json(&once)));
    texts.push(("percent-encoded", url.replace("%20", "+")));
    texts.push(("percent-encoded", text.replace(' ', "+")));
    texts.push(("percent-encoded", text.replace(' ', "%20")));
    texts.push(("percent-encoded twice", url.replace('%', "%25")));
    texts.push(("percent-encoded twice", url.replace("%20", "+").replace('%', "%25")));
    texts.push(("percent-encoded", lower));
    texts.push(("percent-encoded", url));
    let mut all: Vec<(&str, Vec<u8>)> = Vec::new();
    let texts = texts.into_iter().map(|(how, text)| (how, text.into_bytes()));
    for (how, bytes) in texts.chain(of_bytes(text.as_bytes())) {
        if all.iter().all(|(_, known)| *known != bytes) {
            all.push((how, bytes));
        }
    }
    all
}

/// Bytes in Base64, wherever they stand in the encoded text, and in hexadecimal.
pub(super) fn of_bytes(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let base64 = (0..3).flat_map(|before| [base64(&STANDARD, bytes, before), base64(&URL_SAFE, bytes, before)]);
    let mut all: Vec<_> = base64.map(|bytes| ("in Base64", bytes)).collect();
    all.push(("in hexadecimal", data_encoding::HEXLOWER.encode(bytes).into_bytes()));
    all.push(("in hexadecimal", data_encoding::HEXUPPER.encode(bytes).into_bytes()));
    all
}

/// The characters that Base64 must have for bytes that stand `before` bytes into a group of three. Those at both ends
/// that also depend on the neighbours are left out.
fn base64(engine: &impl base64::Engine, secret: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend(secret);
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
            let variant = String::from_utf8(base64(&STANDARD, b"hunter22", before)).unwrap();
            assert!(encoded.contains(&variant), "{encoded} {variant}");
        }
    }
}
