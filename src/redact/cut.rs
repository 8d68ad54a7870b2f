use super::redactor::Variant;

/// What stands for what was cut away.
const ELLIPSIS: &[u8] = "…".as_bytes();
/// Fewest bytes of a part that gives something away.
const FEWEST: usize = 4;

/// Parts of secrets beside the places where a text was cut: the beginning of one before, the end of one behind.
pub(super) fn parts<'v>(text: &[u8], variants: &'v [Variant]) -> Vec<(usize, usize, &'v Variant)> {
    let mut parts = Vec::new();
    for at in memchr::memmem::find_iter(text, ELLIPSIS) {
        // Shortened values stand in quotes, and the sign outside of them.
        let end = text[..at].strip_suffix(b"\"").map_or(at, <[u8]>::len);
        let behind = at + ELLIPSIS.len();
        let start = if text[behind..].starts_with(b"\"") { behind + 1 } else { behind };
        for variant in variants {
            let bytes = &variant.bytes;
            let fits = |len: &usize| text[..end].ends_with(&bytes[..*len]);
            if let Some(len) = (FEWEST..bytes.len().min(end + 1)).rev().find(fits) {
                parts.push((end - len, end, variant));
            }
            let fits = |len: &usize| text[start..].starts_with(&bytes[bytes.len() - len..]);
            if let Some(len) = (FEWEST..bytes.len().min(text.len() - start + 1)).rev().find(fits) {
                parts.push((start, start + len, variant));
            }
        }
    }
    parts
}
