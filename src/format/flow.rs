use granit_parser::{ScalarStyle, StructureStyle};

use super::parts::{Part, PartKind};

/// A collection in flow style that stands on one line, or what stands in one.
#[derive(Debug)]
pub(super) enum Flow {
    /// Text as it is written.
    Text(String),
    Sequence(Vec<Flow>),
    /// Names of keys, keys as they are written, and values.
    Mapping(Vec<FlowEntry>),
}

#[derive(Debug)]
pub(super) struct FlowEntry {
    pub name: String,
    pub key: String,
    /// `None` where nothing is written behind the key.
    pub value: Option<Flow>,
    pub tied: bool,
}

impl Flow {
    /// Reads what stands on one line. `None` for what is better left as it is: anchors, tags, keys that are no names.
    pub fn read(part: &Part, text: &str) -> Option<Self> {
        if part.has_properties {
            return None;
        }
        let written = text.get(part.start..part.end)?;
        match &part.kind {
            PartKind::Nothing => None,
            PartKind::Scalar(style) => Some(Self::Text(quoted(written, *style))),
            PartKind::Alias => Some(Self::Text(written.to_owned())),
            PartKind::Sequence(StructureStyle::Flow, items) if written.starts_with('[') => {
                items.iter().map(|item| Self::read(item, text)).collect::<Option<_>>().map(Self::Sequence)
            }
            PartKind::Mapping(StructureStyle::Flow, entries) if written.starts_with('{') => {
                let entries = entries.iter().map(|(key, value)| FlowEntry::read(key, value, text));
                entries.collect::<Option<_>>().map(Self::Mapping)
            }
            _ => None,
        }
    }

    /// It, as it is to be written.
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Sequence(items) => format!("[{}]", items.iter().map(Self::written).collect::<Vec<_>>().join(", ")),
            Self::Mapping(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Mapping(entries) => {
                format!("{{ {} }}", entries.iter().map(FlowEntry::written).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl FlowEntry {
    fn read(key: &Part, value: &Part, text: &str) -> Option<Self> {
        let PartKind::Scalar(style) = &key.kind else { return None };
        let written = text.get(key.start..key.end).filter(|_| !key.has_properties)?;
        let tied = value.is_tied();
        let value = match &value.kind {
            PartKind::Nothing if value.has_properties => return None,
            PartKind::Nothing => None,
            _ => Some(Flow::read(value, text)?),
        };
        // A key that is written with `?` is not found right before its colon.
        if text[..key.start].trim_end().ends_with('?') {
            return None;
        }
        Some(Self { name: name(written, *style), key: quoted(written, *style), value, tied })
    }

    fn written(&self) -> String {
        match &self.value {
            Some(value) => format!("{}: {}", self.key, value.written()),
            None => format!("{}:", self.key),
        }
    }
}

/// A scalar on one line, with double quotes where single ones say the same.
pub(super) fn quoted(written: &str, style: ScalarStyle) -> String {
    let inner = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match inner.filter(|inner| style == ScalarStyle::SingleQuoted && !inner.contains(['\\', '"', '\'', '\n'])) {
        Some(inner) => format!("\"{inner}\""),
        None => written.to_owned(),
    }
}

/// The name of a key, as far as it needs no unescaping.
pub(super) fn name(written: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::Plain => written.to_owned(),
        _ => written.trim_matches(['"', '\'']).to_owned(),
    }
}
