use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::yaml::MAX_DEPTH;

/// A value of a text and where it stands, as the parser sees it: nothing is replaced or merged.
#[derive(Debug)]
pub(super) struct Part {
    /// Where its content begins, what stands before it (`&anchor`, `!tag`) not included.
    pub start: usize,
    /// One past its last character; of a block collection unknown.
    pub end: usize,
    /// Whether an anchor or a tag stands before it.
    pub has_properties: bool,
    pub kind: PartKind,
}

#[derive(Debug)]
pub(super) enum PartKind {
    /// Nothing is written.
    Nothing,
    Scalar(ScalarStyle),
    Alias,
    Sequence(StructureStyle, Vec<Part>),
    Mapping(StructureStyle, Vec<(Part, Part)>),
}

impl Part {
    /// Whether it is a block collection, which is written over lines of its own.
    pub fn is_block(&self) -> bool {
        matches!(self.kind, PartKind::Sequence(StructureStyle::Block, _) | PartKind::Mapping(StructureStyle::Block, _))
    }

    /// Whether something in it is named by an anchor or is an alias, so that its place matters.
    pub fn is_tied(&self) -> bool {
        self.has_properties
            || match &self.kind {
                PartKind::Nothing | PartKind::Scalar(_) => false,
                PartKind::Alias => true,
                PartKind::Sequence(_, items) => items.iter().any(Self::is_tied),
                PartKind::Mapping(_, entries) => entries.iter().any(|(key, value)| key.is_tied() || value.is_tied()),
            }
    }
}

/// The one document of a text.
pub(super) struct Document {
    pub root: Part,
    /// Where it is begun by `---`.
    pub marker: Option<usize>,
}

/// Takes a text apart. `None` if it is no YAML, or none that can be put together again: several documents, or too deep.
pub(super) fn take_apart(text: &str) -> Option<Document> {
    let (mut open, mut roots, mut marker) = (Vec::<Open>::new(), Vec::new(), None);
    for next in Parser::new_from_str(text) {
        let (event, at) = next.ok()?;
        let range = at.byte_range().unwrap_or(0..0);
        let part = |kind, has_properties| Part { start: range.start, end: range.end, has_properties, kind };
        let done = match event {
            Event::DocumentStart(explicit, _) => {
                if explicit {
                    marker = Some(range.start);
                }
                None
            }
            Event::Scalar(_, style, anchor, tag) => {
                // A block scalar without content has its header all the same.
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let kind = if range.is_empty() && !is_block { PartKind::Nothing } else { PartKind::Scalar(style) };
                Some(part(kind, anchor != 0 || tag.is_some()))
            }
            Event::Alias(_) => Some(part(PartKind::Alias, false)),
            Event::SequenceStart(style, anchor, tag) => {
                open.push(Open {
                    part: part(PartKind::Sequence(style, Vec::new()), anchor != 0 || tag.is_some()),
                    key: None,
                });
                None
            }
            Event::MappingStart(style, anchor, tag) => {
                open.push(Open {
                    part: part(PartKind::Mapping(style, Vec::new()), anchor != 0 || tag.is_some()),
                    key: None,
                });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let mut part = open.pop()?.part;
                part.end = range.end;
                Some(part)
            }
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return None;
        }
        if let Some(part) = done {
            match open.last_mut() {
                Some(outer) => outer.add(part)?,
                None => roots.push(part),
            }
        }
    }
    let root = roots.pop()?;
    roots.is_empty().then_some(Document { root, marker })
}

/// A collection whose end was not reached.
struct Open {
    part: Part,
    key: Option<Part>,
}

impl Open {
    fn add(&mut self, part: Part) -> Option<()> {
        match &mut self.part.kind {
            PartKind::Sequence(_, items) => items.push(part),
            PartKind::Mapping(_, entries) => match self.key.take() {
                None => self.key = Some(part),
                Some(key) => entries.push((key, part)),
            },
            _ => return None,
        }
        Some(())
    }
}
