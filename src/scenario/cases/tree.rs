use super::builder::{Builder, Cell};
use super::table::Table;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Sources};
use crate::yaml::{self, Kind, Node};

impl Table {
    /// Reads the rows that stand in a scenario: a list of mappings.
    pub(super) fn inline(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let table = Self::of_tree(node, node.span.file, found)?;
        if let Some(place) = first_template(node) {
            let one = Diagnostic::new(Id::CASES_TEMPLATE, "a row is data: the template in it stays as it is written");
            found.push(one.at(place).help("read the column in a variable, and make the value there"));
        }
        Some(table)
    }

    /// Reads a YAML file of rows.
    pub(super) fn of_yaml(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let node = yaml::parse(sources, file, found)?;
        Self::of_tree(&node, file, found)
    }

    fn of_tree(node: &Node, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let before = found.errors();
        let items = node.sequence("the rows of `cases`", found)?;
        let mut rows = Builder::new(file, found);
        for item in items {
            let Some(entries) = item.as_mapping() else {
                let message = format!("a row is a mapping of names to values, not {}", item.describe());
                let one = Diagnostic::new(Id::CASES_ROW, message).at(item.span);
                rows.broken(one.help("write `- { name: value }`"), item.span);
                continue;
            };
            let cells = entries.iter().map(|entry| Cell {
                name: crate::source::Spanned::new(entry.key.value.as_str(), entry.key.span),
                value: entry.value.to_json(),
                written: entry.value.as_scalar().map(|scalar| scalar.text.as_str()),
                span: entry.value.span,
            });
            if !rows.row(&cells.collect::<Vec<_>>(), item.span) {
                break;
            }
        }
        let table = rows.finish(node.span);
        table.filter(|_| found.errors() == before)
    }
}

/// The first scalar that looks like a template. The depth is bounded by the tree's own bound.
fn first_template(node: &Node) -> Option<crate::source::Span> {
    match &node.kind {
        Kind::Scalar(scalar) => (scalar.text.contains("{{") || scalar.text.contains("{%")).then_some(node.span),
        Kind::Sequence(items) => items.iter().find_map(first_template),
        Kind::Mapping(entries) => entries.iter().find_map(|entry| first_template(&entry.value)),
    }
}
