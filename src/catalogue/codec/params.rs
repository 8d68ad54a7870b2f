use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// The parameters of a request by their semantic names.
pub type Params = BTreeMap<String, ParamValue>;

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    /// Anything that JSON can say. Null counts as absent.
    Json(Value),
    /// A file.
    File(Media),
}

impl ParamValue {
    /// The JSON value, if this is no file.
    pub fn as_json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::File(_) => None,
        }
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        self.as_json().and_then(Value::as_str)
    }

    /// The file, if this is one.
    pub fn as_file(&self) -> Option<&Media> {
        match self {
            Self::Json(_) => None,
            Self::File(media) => Some(media),
        }
    }

    /// Whether it counts as absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Json(Value::Null))
    }
}

impl<T: Into<Value>> From<T> for ParamValue {
    fn from(value: T) -> Self {
        Self::Json(value.into())
    }
}

impl From<Media> for ParamValue {
    fn from(media: Media) -> Self {
        Self::File(media)
    }
}

/// A file on its way; a clone is cheap and shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// Its file name, without folders.
    pub name: String,
    /// Its media type, such as `image/jpeg`.
    pub media: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

impl Media {
    /// The media type of bytes whose first few name none that is known.
    pub const UNKNOWN: &'static str = "application/octet-stream";

    /// A file of which only the content is known: its media type is told from its first bytes, for images.
    pub fn of_bytes(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let media = match imagesize::image_type(&bytes) {
            Ok(imagesize::ImageType::Jpeg) => "image/jpeg",
            Ok(imagesize::ImageType::Png) => "image/png",
            Ok(imagesize::ImageType::Gif) => "image/gif",
            Ok(imagesize::ImageType::Bmp) => "image/bmp",
            Ok(imagesize::ImageType::Tiff) => "image/tiff",
            Ok(imagesize::ImageType::Webp) => "image/webp",
            _ => Self::UNKNOWN,
        };
        Self { name: name.into(), media: media.to_owned(), bytes }
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Pictures of people belong in no log.
        write!(f, "Media({:?}, {}, {} bytes)", self.name, self.media, self.bytes.len())
    }
}
