use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

use crate::redact::{Leak, Needles, Sieve};

/// Bytes that are looked at together.
const PIECE: usize = 1 << 20;
/// Bytes of a file that one thread takes.
const SHARE: u64 = 64 << 20;
/// Most leaks that are told of one file.
const TOLD: usize = 8;
/// Fewest characters of something packed.
const PACKED: usize = 64;
/// Most bytes of something packed that are kept while it is unpacked.
const MAX_PACKED: usize = 64 << 20;

/// Something that stands in a file and should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaked {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What it is, and the byte of the file at which it, or what it is packed in, begins.
    pub leak: Leak,
    /// Whether it is in something packed, or in the file's name.
    pub place: Whereabouts,
}

/// Where in a file something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In its text.
    Text,
    /// In a block that is packed.
    Packed,
    /// In its name.
    Name,
}

/// Looks for needles in files, many at a time: at most eight leaks of each file.
///
/// # Errors
/// The first file that cannot be read, with its name.
pub fn audit(needles: &Needles, files: &[PathBuf]) -> Result<Vec<Leaked>, (PathBuf, io::Error)> {
    let sieve = needles.sieve();
    let mut shares = Vec::new();
    for path in files {
        let len = fs::metadata(path).map_err(|error| (path.clone(), error))?.len();
        let starts = (0..=len.saturating_sub(1) / SHARE).map(|share| share * SHARE);
        shares.extend(starts.map(|start| (path, start)));
    }
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Ok(Vec::new())));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(shares.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((path, start)) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let looked = look(&sieve, path, *start);
                    let Ok(mut found) = found.lock() else { return };
                    match (looked, found.as_mut()) {
                        (Ok(leaks), Ok(all)) => all.extend(leaks),
                        (Err(error), Ok(_)) => *found = Err(((*path).clone(), error)),
                        (_, Err(_)) => return,
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())?;
    found.sort_by(|a: &Leaked, b: &Leaked| {
        (&a.path, a.leak.offset, &a.leak.label).cmp(&(&b.path, b.leak.offset, &b.leak.label))
    });
    // Something that is found in several encodings at one place is one leak.
    found.dedup_by(|a, b| a.path == b.path && a.leak.label == b.leak.label && a.leak.offset == b.leak.offset);
    let mut told: Vec<Leaked> = Vec::new();
    for mut leaked in found {
        if told.iter().rev().take(TOLD).filter(|other| other.path == leaked.path).count() < TOLD {
            leaked.line = line(&leaked.path, leaked.leak.offset).unwrap_or(0);
            told.push(leaked);
        }
    }
    Ok(told)
}

/// Looks through a share of a file, and through its name with the first.
fn look(sieve: &Sieve<'_>, path: &Path, start: u64) -> io::Result<Vec<Leaked>> {
    let mut leaks = Vec::new();
    let mut take = |place: Whereabouts, leak: Leak| {
        if leaks.len() < TOLD {
            leaks.push(Leaked { path: path.to_owned(), line: 0, leak, place });
        }
    };
    let before = start.min(Sieve::OVERLAP as u64);
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start - before))?;
    let offset = (start - before) as usize;
    through(sieve, file.take(before + SHARE), before as usize, &mut |leak| {
        take(Whereabouts::Text, Leak { offset: offset + leak.offset, ..leak });
    })?;
    if start == 0 {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sieve.look(name.as_bytes(), 0, &mut |leak| take(Whereabouts::Name, Leak { offset: 0, ..leak }));
        if path.extension().is_some_and(|extension| extension == "html") {
            unpacked(sieve, File::open(path)?, &mut |leak| take(Whereabouts::Packed, leak))?;
        }
    }
    Ok(leaks)
}

/// Looks through what a reader gives, but for its first bytes, which were looked at before.
fn through(sieve: &Sieve<'_>, mut reader: impl Read, mut seen: usize, found: &mut dyn FnMut(Leak)) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut dropped = 0;
    loop {
        let held = bytes.len();
        let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(());
        }
        sieve.look(&bytes, seen.max(held), &mut |leak| found(Leak { offset: dropped + leak.offset, ..leak }));
        let drained = bytes.len().saturating_sub(Sieve::OVERLAP);
        bytes.drain(..drained);
        dropped += drained;
        seen = 0;
    }
}

/// Looks through the packed blocks of a page: deflated, in base64.
fn unpacked(sieve: &Sieve<'_>, file: File, found: &mut dyn FnMut(Leak)) -> io::Result<()> {
    let mut reader = io::BufReader::with_capacity(PIECE, file);
    let (mut block, mut at) = (Vec::new(), 0);
    let mut end = |block: &mut Vec<u8>, at: usize| {
        let packed = std::mem::take(block);
        if packed.len() < PACKED {
            return;
        }
        let offset = at - packed.len();
        let Ok(bytes) = STANDARD.decode(&packed) else { return };
        let mut tell = |leak: Leak| found(Leak { offset, ..leak });
        // What is not packed like this gives an error at once, and what was read until then has been looked at.
        let _ = through(sieve, ZlibDecoder::new(bytes.as_slice()), 0, &mut tell);
    };
    loop {
        let bytes = io::BufRead::fill_buf(&mut reader)?;
        if bytes.is_empty() {
            end(&mut block, at);
            return Ok(());
        }
        for byte in bytes {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'/' | b'=' if block.len() < MAX_PACKED => {
                    block.push(*byte);
                }
                _ => end(&mut block, at),
            }
            at += 1;
        }
        let read = bytes.len();
        io::BufRead::consume(&mut reader, read);
    }
}

/// The line of a byte of a file.
fn line(path: &Path, offset: usize) -> io::Result<u64> {
    let mut reader = io::BufReader::with_capacity(PIECE, File::open(path)?).take(offset as u64);
    let mut lines = 1;
    let mut piece = vec![0; 64 << 10];
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(lines),
            read => lines += memchr::memchr_iter(b'\n', &piece[..read]).count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const SECRET: &str = "s3cr3t/Pl@nted value+42";

    fn needles() -> Needles {
        let mut needles = Needles::new(1);
        needles.text("secret:planted", SECRET, true);
        needles
    }

    fn told(name: &str, bytes: &[u8]) -> Vec<(u64, usize, Whereabouts)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let leaks = audit(&needles(), &[path]).unwrap();
        leaks.iter().map(|leaked| (leaked.line, leaked.leak.offset, leaked.place)).collect()
    }

    #[test]
    fn leaks_are_told_with_their_lines() {
        assert_eq!(
            told("a.json", format!("one\ntwo {SECRET}\n{SECRET}").as_bytes()),
            [(2, 8, Whereabouts::Text), (3, 32, Whereabouts::Text)]
        );
        assert_eq!(told("a.json", b"nothing"), []);
        assert_eq!(told("a.json", b""), []);
        assert_eq!(told("s3cr3t Pl@nted value+42.txt", b""), []);
        assert_eq!(told("s3cr3t%2FPl%40nted%20value%2B42.txt", b""), [(1, 0, Whereabouts::Name)]);
        assert_eq!(told("a.json", format!("{SECRET}\n").repeat(100).as_bytes()).len(), TOLD);
    }

    #[test]
    fn nothing_is_missed_between_two_pieces() {
        for at in [PIECE - SECRET.len(), PIECE - 5, PIECE - 1, PIECE, PIECE + 1] {
            let text = format!("{}{SECRET}{}", "x".repeat(at), "y".repeat(PIECE));
            assert_eq!(told("a.json", text.as_bytes()), [(1, at, Whereabouts::Text)]);
        }
    }

    #[test]
    fn what_is_packed_in_a_page_is_unpacked() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        let text: String = (0..200_000).map(|n| format!("{n} ")).collect();
        packed.write_all(format!("{text}{SECRET}").as_bytes()).unwrap();
        let page = format!("<script>\nlet data = \"{}\";</script>", STANDARD.encode(packed.finish().unwrap()));
        assert_eq!(told("page.html", page.as_bytes()), [(2, 21, Whereabouts::Packed)]);
    }
}
