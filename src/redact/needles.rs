use std::collections::HashMap;
use std::hash::Hasher;

use super::encoding::encodings;

/// Fewest bytes of an encoded text, or of a part of an image, that stands nowhere by chance.
const FEWEST: usize = 8;
/// Bytes at the end of a needle that are compared in full; of a longer one the beginning is left out.
const LONGEST: usize = 256;
/// Most needles that are kept.
const MOST: usize = 1_000_000;
/// Bytes of a part of an image.
const SAMPLE: usize = 32;

/// What is looked for in what was written, as salted hashes: what is secret is not kept itself, and memory is small.
pub struct Needles {
    salt: u64,
    labels: Vec<String>,
    /// By the hash of their last bytes, as many as the width says.
    by_end: [HashMap<u64, Vec<Needle>>; 2],
    kept: usize,
    left_out: usize,
}

/// How many of the last bytes of a needle are looked for first: many, or all of a short one.
const WIDTHS: [usize; 2] = [FEWEST, 4];

struct Needle {
    len: u16,
    hash: u64,
    label: u32,
    how: &'static str,
    /// Whether it counts only where letters and digits do not go on at its ends.
    word: bool,
}

/// Something that stands where it should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The byte at which it begins.
    pub offset: usize,
    /// What it is: `secret:API_KEY`.
    pub label: String,
    /// How it is encoded: `as it is`, `in Base64`.
    pub how: &'static str,
}

impl Needles {
    /// None yet; the salt should be random.
    pub fn new(salt: u64) -> Self {
        Self { salt, labels: Vec::new(), by_end: Default::default(), kept: 0, left_out: 0 }
    }

    /// Looks for a text in every encoding. With `words`, a text that is too short to stand nowhere by chance is looked for as a
    /// word; else it is not.
    pub fn text(&mut self, label: &str, text: &str, words: bool) {
        for (how, bytes) in encodings(text) {
            self.add(label, how, &bytes, words && bytes.len() == text.len());
        }
    }

    /// Looks for parts of an image: as they are, in Base64 and in hexadecimal.
    pub fn image(&mut self, label: &str, image: &[u8]) {
        // The beginning is what is left when a text is cut, behind what all images of a kind begin with.
        let starts = [96, image.len() / 2, image.len() / 4 * 3];
        for sample in starts.into_iter().filter_map(|start| image.get(start..start + SAMPLE)) {
            if sample.iter().all(|byte| *byte == sample[0]) {
                continue;
            }
            self.add(label, "as it is", sample, false);
            for (how, bytes) in super::encoding::of_bytes(sample) {
                self.add(label, how, &bytes, false);
            }
        }
    }

    /// How many there was no room for.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    fn add(&mut self, label: &str, how: &'static str, bytes: &[u8], words: bool) {
        let bytes = &bytes[bytes.len().saturating_sub(LONGEST)..];
        let word = bytes.len() < FEWEST;
        let width = WIDTHS[usize::from(word)];
        if bytes.len() < width || (word && !words) {
            return;
        }
        let (end, hash) = (key(self.salt, &bytes[bytes.len() - width..]), whole(self.salt, bytes));
        let label = match self.labels.iter().rev().take(64).position(|known| known == label) {
            Some(back) => self.labels.len() - 1 - back,
            None => {
                self.labels.push(label.to_owned());
                self.labels.len() - 1
            }
        };
        let needles = self.by_end[usize::from(word)].entry(end).or_default();
        let len = bytes.len() as u16;
        if needles.iter().any(|known| known.len == len && known.hash == hash) {
            return;
        }
        if self.kept == MOST {
            self.left_out += 1;
            return;
        }
        self.kept += 1;
        needles.push(Needle { len, hash, label: label as u32, how, word });
    }

    /// What looks for them.
    pub fn sieve(&self) -> Sieve<'_> {
        let filters = [0, 1].map(|width| {
            let keys = &self.by_end[width];
            let bits = (keys.len() * 32).next_power_of_two().clamp(1 << 12, 1 << 25);
            let shift = 64 - bits.trailing_zeros();
            let mut filter = Filter { words: vec![0; bits / 64], shift };
            keys.keys().for_each(|key| filter.set(*key));
            filter
        });
        Sieve { needles: self, filters }
    }
}

/// Looks for needles. Most places are left behind after a look at one bit.
pub struct Sieve<'n> {
    needles: &'n Needles,
    filters: [Filter; 2],
}

struct Filter {
    words: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn set(&mut self, key: u64) {
        let at = (key >> self.shift) as usize;
        self.words[at / 64] |= 1 << (at % 64);
    }

    fn may_have(&self, key: u64) -> bool {
        let at = (key >> self.shift) as usize;
        self.words[at / 64] >> (at % 64) & 1 == 1
    }
}

impl Sieve<'_> {
    /// How many bytes before a piece must be shown with it, so that nothing is missed between two pieces.
    pub const OVERLAP: usize = LONGEST + 1;

    /// Tells what ends in `bytes` behind the first `seen`, which were looked at before. Offsets are those of `bytes`.
    pub fn look(&self, bytes: &[u8], seen: usize, found: &mut dyn FnMut(Leak)) {
        let used = [0, 1].map(|width| !self.needles.by_end[width].is_empty());
        if used[0] {
            for (start, window) in bytes.array_windows::<8>().enumerate().skip((seen + 1).saturating_sub(WIDTHS[0])) {
                let key = mix(self.needles.salt, u64::from_le_bytes(*window));
                if self.filters[0].may_have(key) {
                    self.compare(0, key, bytes, start + WIDTHS[0], found);
                }
            }
        }
        if used[1] {
            for (start, window) in bytes.array_windows::<4>().enumerate().skip((seen + 1).saturating_sub(WIDTHS[1])) {
                let key = mix(self.needles.salt, u32::from_le_bytes(*window).into());
                if self.filters[1].may_have(key) {
                    self.compare(1, key, bytes, start + WIDTHS[1], found);
                }
            }
        }
    }

    fn compare(&self, width: usize, key: u64, bytes: &[u8], end: usize, found: &mut dyn FnMut(Leak)) {
        let Some(needles) = self.needles.by_end[width].get(&key) else { return };
        let goes_on = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        for needle in needles {
            let Some(start) = end.checked_sub(needle.len.into()) else { continue };
            if needle.word && (goes_on(start.checked_sub(1)) || goes_on(Some(end))) {
                continue;
            }
            if whole(self.needles.salt, &bytes[start..end]) == needle.hash {
                let label = self.needles.labels[needle.label as usize].clone();
                found(Leak { offset: start, label, how: needle.how });
            }
        }
    }
}

fn key(salt: u64, end: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..end.len()].copy_from_slice(end);
    mix(salt, u64::from_le_bytes(bytes))
}

fn mix(salt: u64, value: u64) -> u64 {
    let mixed = (value ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn whole(salt: u64, bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write_u64(salt);
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const SECRET: &str = "p/ss '\"wörd\"\\+&<x>";

    fn found(needles: &Needles, text: &[u8]) -> Vec<(usize, String, &'static str)> {
        let mut leaks = Vec::new();
        needles.sieve().look(text, 0, &mut |leak| leaks.push((leak.offset, leak.label, leak.how)));
        leaks
    }

    #[test]
    fn a_text_is_found_in_every_encoding() {
        let mut needles = Needles::new(7);
        needles.text("secret:pass", SECRET, true);
        let json = serde_json::to_string(SECRET).unwrap();
        let url: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let hex = data_encoding::HEXLOWER.encode(SECRET.as_bytes());
        let mut forms = vec![SECRET.to_owned(), json.clone(), serde_json::to_string(&json).unwrap()];
        forms.extend([json.replace('/', "\\/").replace('ö', "\\u00f6"), url.replace('+', "%20"), url.clone()]);
        forms.extend([url.replace('%', "%25"), hex.to_uppercase(), hex, SECRET.replace('\'', "'\\''")]);
        let html = SECRET.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        forms.extend([html.replace('\'', "&#39;"), html.replace('\'', "&apos;"), html.replace('\'', "&#x27;")]);
        forms.push(serde_json::to_string(&html.replace('\'', "&#39;")).unwrap());
        for before in ["", "x", "xy"] {
            forms.push(STANDARD.encode(format!("{before}{SECRET} and more")));
            forms.push(URL_SAFE_NO_PAD.encode(format!("{before}{SECRET} and more")));
        }
        for form in forms {
            let leaks = found(&needles, format!("some text {form} and more").as_bytes());
            assert!(leaks.iter().any(|(_, label, _)| label == "secret:pass"), "{form}");
        }
        assert_eq!(found(&needles, b"p/ss and nothing else"), []);
    }

    #[test]
    fn nothing_is_missed_between_two_pieces() {
        let mut needles = Needles::new(7);
        let long = (0..400).map(|n| format!("{n}-")).collect::<String>();
        needles.text("secret:long", &long, true);
        needles.text("secret:word", "h4nt", true);
        let text = format!("{}{long} h4nt {}", "a".repeat(300), "b".repeat(300));
        for cut in 0..text.len() {
            let mut leaks = Vec::new();
            let sieve = needles.sieve();
            sieve.look(&text.as_bytes()[..cut], 0, &mut |leak| leaks.push(leak.label));
            let from = cut.saturating_sub(Sieve::OVERLAP);
            sieve.look(&text.as_bytes()[from..], cut - from, &mut |leak| leaks.push(leak.label));
            leaks.sort();
            leaks.dedup();
            assert_eq!(leaks, ["secret:long", "secret:word"], "{cut}");
        }
    }

    #[test]
    fn what_is_short_is_a_word_or_nothing() {
        let mut needles = Needles::new(7);
        needles.text("secret:pin", "48151", true);
        needles.text("personal:name", "Anna", false);
        assert_eq!(found(&needles, b"pin=48151."), [(4, "secret:pin".to_owned(), "as it is")]);
        assert_eq!(found(&needles, b"148151 481516 Anna"), []);
    }

    #[test]
    fn an_image_is_found_whole_cut_and_encoded() {
        let image: Vec<u8> =
            b"\xff\xd8\xff\xe0".iter().copied().chain((0..900u32).map(|n| (n * n % 251) as u8)).collect();
        let mut needles = Needles::new(7);
        needles.image("image:face.jpg", &image);
        for before in 0..3 {
            let encoded = STANDARD.encode([vec![b'x'; before], image.clone()].concat());
            assert!(!found(&needles, encoded.as_bytes()).is_empty());
            assert!(!found(&needles, &encoded.as_bytes()[..200]).is_empty(), "the beginning alone");
        }
        assert!(!found(&needles, &image).is_empty());
        assert!(!found(&needles, data_encoding::HEXUPPER.encode(&image).as_bytes()).is_empty());
        assert_eq!(found(&needles, &image[..96]), []);
    }
}
