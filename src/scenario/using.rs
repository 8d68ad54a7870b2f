use super::Inputs;
use super::step::read_inputs;
use super::variable::check_id;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Entry, Node, Shaped};

/// A place where a fragment is used.
#[derive(Clone, Debug)]
pub struct Use {
    /// Where it stands.
    pub span: Span,
    /// The fragment's file, relative to the file that uses it.
    pub path: Spanned<String>,
    /// What it gets: all that its steps see of the one who uses it.
    pub with: Inputs,
    /// What is kept of what it gives.
    pub save: Vec<Pick>,
}

/// An output of a fragment that is kept.
#[derive(Clone, Debug)]
pub struct Pick {
    /// The name under which it is kept.
    pub name: Spanned<String>,
    /// The output.
    pub output: Spanned<String>,
}

impl Use {
    /// Reads it and what stands beside it.
    pub(super) fn read(entry: &Entry, fields: &Shaped, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let with = fields.node("with");
        let with = with.map(|node| read_inputs(node, "`with`", sources, found)).unwrap_or_default();
        let save = fields.node("save").map(|node| Pick::read_all(node, found)).unwrap_or_default();
        let path = entry.value.text("`use`", found)?;
        if path.value.contains("{{") {
            let one = Diagnostic::new(Id::WRONG_VALUE, "the path of a fragment is no template").at(path.span);
            found.push(one.help("use one of several by `if`, or give what differs as an input"));
            return None;
        }
        Some(Self { span: entry.key.span.to(entry.value.span), path, with, save })
    }
}

impl Pick {
    /// A list keeps outputs under their own names, a mapping under others.
    fn read_all(node: &Node, found: &mut Diagnostics) -> Vec<Self> {
        if let Some(entries) = node.as_mapping() {
            let pick = |entry: &Entry, found: &mut Diagnostics| {
                check_id(&entry.key, found);
                Some(Self { name: entry.key.clone(), output: entry.value.text("an output", found)? })
            };
            return entries.iter().filter_map(|entry| pick(entry, found)).collect();
        }
        let names = node.texts("an output", found);
        names.into_iter().map(|name| Self { name: name.clone(), output: name }).collect()
    }
}
