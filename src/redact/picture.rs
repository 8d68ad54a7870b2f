use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input};

/// Fewest characters of an encoded image. A shorter beginning shows nothing.
const FEWEST: usize = 48;

/// How the formats begin in Base64, standard and URL-safe, and in hexadecimal.
const HEADS: [(&str, &str); 12] = [
    ("/9j/", "image:jpeg"),
    ("_9j_", "image:jpeg"),
    ("iVBORw0KGgo", "image:png"),
    ("R0lGODdh", "image:gif"),
    ("R0lGODlh", "image:gif"),
    ("UklGR", "image:webp"),
    ("ffd8ffe", "image:jpeg"),
    ("FFD8FFE", "image:jpeg"),
    ("ffd8ffdb", "image:jpeg"),
    ("FFD8FFDB", "image:jpeg"),
    ("89504e470d0a1a0a", "image:png"),
    ("89504E470D0A1A0A", "image:png"),
];

static SEARCH: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let heads = HEADS.iter().map(|(head, _)| head);
    AhoCorasick::new(heads).expect("the heads are few and short")
});

/// Whether a text is long enough to hold an encoded image.
pub(super) fn may_hold(text: &[u8]) -> bool {
    text.len() >= FEWEST
}

/// The places of encoded images in a text, whole or cut, and what they are.
pub(super) fn encoded(text: &[u8]) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    if !may_hold(text) {
        return found;
    }
    let mut at = 0;
    while let Some(head) = SEARCH.find(Input::new(text).range(at..)) {
        let start = head.start();
        at = head.end();
        // What stands inside of something longer is there by chance.
        if start > 0 && is_encoded(text[start - 1]) {
            continue;
        }
        let run = text[start..].iter().take_while(|byte| is_encoded(**byte) || matches!(byte, b'\r' | b'\n')).count();
        let run = text[start..start + run].trim_ascii_end().len();
        if run >= FEWEST {
            let padding = text[start + run..].iter().take(2).take_while(|byte| **byte == b'=').count();
            at = start + run + padding;
            found.push((start, at, HEADS[head.pattern().as_usize()].1));
        }
    }
    found
}

fn is_encoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use crate::redact::Redactor;

    fn picture() -> Vec<u8> {
        b"\xff\xd8\xff\xe0".iter().copied().chain((0..200).map(|n: u32| (n * n % 251) as u8)).collect()
    }

    #[test]
    fn an_encoded_image_is_masked_wherever_it_stands() {
        let redactor = Redactor::new();
        let (standard, safe) = (STANDARD.encode(picture()), URL_SAFE.encode(picture()));
        let hex = data_encoding::HEXLOWER.encode(&picture());
        let escaped = standard.replace('/', "\\/");
        let percent = standard.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        for text in [&standard, &safe, &hex, &escaped, &percent, &hex.to_uppercase()] {
            let page = format!("<img src=\"data:image/jpeg;base64,{text}\">");
            assert_eq!(redactor.mask(&page), "<img src=\"data:image/jpeg;base64,[image:jpeg]\">", "{text}");
        }
        assert_eq!(redactor.mask(&format!("\"{}\"…", &standard[..60])), "\"[image:jpeg]\"…");
    }

    #[test]
    fn what_is_no_image_is_left_alone() {
        let redactor = Redactor::new();
        let text = STANDARD.encode("a text that is long enough to be looked at, but is no image at all");
        let inside = format!("x{}", STANDARD.encode(picture()));
        for text in [&text, &inside, "/9j/ is how images begin, some say, but this text is not one at all"] {
            assert_eq!(redactor.mask(text), *text);
        }
    }
}
