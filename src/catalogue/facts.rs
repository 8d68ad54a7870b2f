use imagesize::ImageType;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The member of a subject that holds the facts of its last capture.
pub const CURRENT: &str = "currentCapture";
/// The member of a subject that holds the facts of all its captures, by their number from 1.
pub const CAPTURES: &str = "captures";

/// The longest comment that is kept, in characters.
const MAX_COMMENT: usize = 4_096;

/// What is known of a file that was uploaded: `bytes`, `sha256`, `media`, and where they can be told `width`, `height`,
/// `comment` and the `marks` in it. Never fails: of what is not an image, less is known.
pub fn facts(file: &[u8]) -> Map<String, Value> {
    let kind = imagesize::image_type(file).ok();
    let media = kind.as_ref().and_then(media);
    let mut facts = Map::new();
    facts.insert("bytes".to_owned(), json!(file.len()));
    facts.insert("sha256".to_owned(), json!(data_encoding::HEXLOWER.encode(&Sha256::digest(file))));
    facts.insert("media".to_owned(), json!(media.unwrap_or("application/octet-stream")));
    if media.is_some()
        && let Ok(size) = imagesize::blob_size(file)
    {
        facts.insert("width".to_owned(), json!(size.width));
        facts.insert("height".to_owned(), json!(size.height));
    }
    if let Some(comment) = comment(file, kind.as_ref()) {
        let marks = marks(&comment);
        facts.insert("comment".to_owned(), json!(comment));
        if !marks.is_empty() {
            facts.insert("marks".to_owned(), Value::Object(marks));
        }
    }
    facts
}

/// The marks alone: what the comments of a picture say to flowproof.
pub fn marks_of(file: &[u8]) -> Map<String, Value> {
    let kind = imagesize::image_type(file).ok();
    comment(file, kind.as_ref()).map(|comment| marks(&comment)).unwrap_or_default()
}

fn comment(file: &[u8], kind: Option<&ImageType>) -> Option<String> {
    let comments = match kind {
        Some(ImageType::Jpeg) => jpeg_comments(file),
        Some(ImageType::Png) => png_comments(file),
        _ => Vec::new(),
    };
    (!comments.is_empty()).then(|| comments.join("\n").chars().take(MAX_COMMENT).collect())
}

/// What a comment says to flowproof: after `flowproof: quality=bad, glare` the mark `quality` is `bad` and
/// `glare` is true. Each line may say something.
fn marks(comment: &str) -> Map<String, Value> {
    let said = comment.lines().filter_map(|line| line.split_once("flowproof:")).map(|(_, said)| said);
    let words = said.flat_map(|said| said.split(|c: char| c == ',' || c.is_whitespace() || c.is_control()));
    let marks = words.filter(|word| !word.is_empty()).map(|word| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), json!(value)),
        None => (word.to_owned(), json!(true)),
    });
    marks.collect()
}

/// Only formats with an unmistakable beginning: others would be seen in any bytes.
fn media(kind: &ImageType) -> Option<&'static str> {
    match kind {
        ImageType::Jpeg => Some("image/jpeg"),
        ImageType::Png => Some("image/png"),
        ImageType::Gif => Some("image/gif"),
        ImageType::Webp => Some("image/webp"),
        ImageType::Bmp => Some("image/bmp"),
        ImageType::Tiff => Some("image/tiff"),
        _ => None,
    }
}

/// The comment segments (COM) before the scan.
fn jpeg_comments(file: &[u8]) -> Vec<String> {
    const SCAN: u8 = 0xda;
    const COMMENT: u8 = 0xfe;
    let mut comments = Vec::new();
    let mut rest = file.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(segment) = rest.get(4..2 + length) else { break };
        match marker {
            SCAN => break,
            COMMENT => comments.push(String::from_utf8_lossy(segment).into_owned()),
            _ => {}
        }
        rest = &rest[2 + length..];
    }
    comments
}

/// The texts of the `tEXt` chunks, without their keywords. They are Latin-1, whose bytes are code points.
fn png_comments(file: &[u8]) -> Vec<String> {
    const AROUND_DATA: usize = 12;
    let mut comments = Vec::new();
    let mut rest = file.get(8..).unwrap_or_default();
    while let Some((head, _)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(data) = rest.get(8..8_usize.saturating_add(length)) else { break };
        if &head[4..] == b"tEXt"
            && let Some(end) = data.iter().position(|byte| *byte == 0)
        {
            comments.push(data[end + 1..].iter().map(|byte| char::from(*byte)).collect());
        }
        rest = rest.get(length.saturating_add(AROUND_DATA)..).unwrap_or_default();
    }
    comments
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::facts;

    /// A JPEG of 3 × 2 with the comment, as far as its header.
    pub(crate) fn jpeg(comment: &str) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
        file.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        file.extend_from_slice(&[0xff, 0xfe]);
        file.extend_from_slice(&u16::try_from(comment.len() + 2).unwrap().to_be_bytes());
        file.extend_from_slice(comment.as_bytes());
        file.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        file.extend_from_slice(&[0xff, 0xda, 0, 2, 0xff, 0xfe, 0, 5, b'n', b'o', b't', 0xff, 0xd9]);
        file
    }

    fn png(comment: &[u8]) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |kind: &[u8], data: &[u8]| {
            file.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
            file.extend_from_slice(kind);
            file.extend_from_slice(data);
            file.extend_from_slice(&[0; 4]);
        };
        chunk(b"IHDR", &[0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
        chunk(b"tEXt", &[b"Comment\0".as_slice(), comment].concat());
        chunk(b"IEND", &[]);
        file
    }

    #[test]
    fn a_jpeg_tells_its_size_and_comment() {
        let facts = facts(&jpeg("flowproof: quality=748"));
        assert_eq!(facts["media"], "image/jpeg");
        assert_eq!((&facts["width"], &facts["height"]), (&json!(3), &json!(2)));
        assert_eq!(facts["comment"], "flowproof: quality=748", "what follows the scan is no comment");
    }

    #[test]
    fn a_png_tells_its_size_and_comment() {
        let facts = facts(&png(b"sch\xf6n"));
        assert_eq!(facts["media"], "image/png");
        assert_eq!((&facts["width"], &facts["height"]), (&json!(3), &json!(2)));
        assert_eq!(facts["comment"], "schön");
    }

    #[test]
    fn of_other_bytes_only_size_and_hash_are_known() {
        let facts = facts(b"hello");
        assert_eq!(
            serde_json::Value::Object(facts),
            json!({
                "bytes": 5,
                "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "media": "application/octet-stream"
            })
        );
    }

    #[test]
    fn a_comment_may_say_something_to_flowproof() {
        for (comment, marks) in [
            ("flowproof: quality=748", json!({ "quality": "748" })),
            (
                "flowproof: quality=bad, glare type=ID_CARD",
                json!({
                    "quality": "bad", "glare": true, "type": "ID_CARD"
                }),
            ),
            ("a b=c\nmade for flowproof: x=1\0\nflowproof: y=", json!({ "x": "1", "y": "" })),
        ] {
            assert_eq!(facts(&jpeg(comment))["marks"], marks, "{comment}");
        }
        assert!(!facts(&jpeg("flow proof: x, flowproof:")).contains_key("marks"));
    }

    #[test]
    fn a_long_comment_is_cut() {
        assert_eq!(facts(&jpeg(&"x".repeat(60_000)))["comment"].as_str().unwrap().len(), 4_096);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            facts(&bytes);
        }

        #[test]
        fn no_damaged_image_makes_it_panic(at in 0_usize..80, with: u8, length in 0_usize..80, png_first: bool) {
            let mut file = if png_first { png(b"comment") } else { jpeg("comment") };
            if let Some(byte) = file.get_mut(at) {
                *byte = with;
            }
            file.truncate(length);
            facts(&file);
        }
    }
}
