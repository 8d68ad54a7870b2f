use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

/// JSON as the page's script unpacks it: deflated, in base64, which holds nothing that HTML would read as its own.
///
/// # Errors
/// None but of memory.
pub(super) fn packed(json: &[u8]) -> io::Result<String> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(json)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

/// Writes packed JSON as data of the page, which no browser executes.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_packed(out: &mut dyn Write, kind: &str, first: usize, json: &[u8]) -> io::Result<()> {
    writeln!(out, "<script type=\"text/plain\" data-{kind}=\"{first}\">{}</script>", packed(json)?)
}
