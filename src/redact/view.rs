use std::borrow::Cow;

/// A text with one layer of escapes undone, which remembers where each byte came from. Any choice an encoder makes, such
/// as which characters it escapes or the case of its digits, comes to the same here.
pub(super) struct View<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// The range of the first text behind each byte; `None` if this is that text.
    origin: Option<Vec<(u32, u32)>>,
}

/// Most layers of escapes that are undone, so that JSON in JSON and a URL in a URL are read.
const MAX_LAYERS: usize = 2;

impl<'a> View<'a> {
    /// The text itself and every way to undo up to two layers of escapes in it.
    pub(super) fn all(text: &'a [u8]) -> Vec<Self> {
        let mut views = vec![Self { bytes: Cow::Borrowed(text), origin: None }];
        // Places are kept in 32 bits. No body that large is read.
        if u32::try_from(text.len()).is_err() {
            return views;
        }
        let mut layer = 0..1;
        for _ in 0..MAX_LAYERS {
            let next: Vec<Self> = views[layer.clone()]
                .iter()
                .flat_map(|view| [view.undo(b'%', percent), view.undo(b'\\', json), view.undo(b'&', entity)])
                .flatten()
                .collect();
            layer = views.len()..views.len() + next.len();
            views.extend(next);
        }
        views
    }

    /// The range of the first text behind a range of this one.
    pub(super) fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.origin {
            None => (start, end),
            Some(origin) => (origin[start].0 as usize, origin[end - 1].1 as usize),
        }
    }

    /// Undoes one layer of escapes that begin with `lead`; `None` if there is nothing to undo.
    fn undo(&self, lead: u8, escape: fn(&[u8]) -> Option<(usize, Decoded)>) -> Option<View<'static>> {
        let source = &self.bytes;
        let mut at = memchr::memchr_iter(lead, source).find(|at| escape(&source[*at..]).is_some())?;
        let mut bytes = source[..at].to_vec();
        let mut origin: Vec<(u32, u32)> = (0..at).map(|at| self.place(at, at + 1)).collect();
        while at < source.len() {
            let (len, decoded) = escape(&source[at..]).unwrap_or((1, Decoded::byte(source[at])));
            let place = self.place(at, at + len);
            for byte in decoded.bytes() {
                bytes.push(*byte);
                origin.push(place);
            }
            at += len;
        }
        Some(View { bytes: Cow::Owned(bytes), origin: Some(origin) })
    }

    fn place(&self, start: usize, end: usize) -> (u32, u32) {
        let (start, end) = self.origin(start, end);
        (start as u32, end as u32)
    }
}

/// One to four bytes.
struct Decoded {
    bytes: [u8; 4],
    len: usize,
}

impl Decoded {
    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], len: 1 }
    }

    fn char(c: char) -> Self {
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        Self { bytes, len }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// A percent-encoded byte at the start of a text.
fn percent(text: &[u8]) -> Option<(usize, Decoded)> {
    if text.first() != Some(&b'%') {
        return None;
    }
    Some((3, Decoded::byte(u8::try_from(digits(text.get(1..3)?)?).ok()?)))
}

/// An escape of a JSON string (RFC 8259 section 7) at the start of a text.
fn json(text: &[u8]) -> Option<(usize, Decoded)> {
    if text.first() != Some(&b'\\') {
        return None;
    }
    let byte = match text.get(1)? {
        b'"' => b'"',
        b'\\' => b'\\',
        b'/' => b'/',
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((2, Decoded::byte(byte)))
}

fn unicode(text: &[u8]) -> Option<(usize, Decoded)> {
    let unit = digits(text.get(2..6)?)?;
    if let Some(c) = char::from_u32(unit) {
        return Some((6, Decoded::char(c)));
    }
    if text.get(6..8)? != b"\\u" {
        return None;
    }
    let units = [u16::try_from(unit).ok()?, u16::try_from(digits(text.get(8..12)?)?).ok()?];
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((12, Decoded::char(c)))
}

/// A character reference of HTML or XML at the start of a text.
fn entity(text: &[u8]) -> Option<(usize, Decoded)> {
    const NAMED: [(&[u8], u8); 5] = [(b"amp", b'&'), (b"lt", b'<'), (b"gt", b'>'), (b"quot", b'"'), (b"apos", b'\'')];
    let rest = text.strip_prefix(b"&")?;
    // Longer ones are none of these.
    let end = rest.iter().take(9).position(|byte| *byte == b';')?;
    let (name, len) = (&rest[..end], end + 2);
    if let Some((_, byte)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some((len, Decoded::byte(*byte)));
    }
    let number = std::str::from_utf8(name.strip_prefix(b"#")?).ok()?;
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(number).map(|c| (len, Decoded::char(c)))
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}
