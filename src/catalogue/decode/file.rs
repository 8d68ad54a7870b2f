use std::collections::HashMap;

use super::Reader;
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Sources};
use crate::yaml::{self, Fields};

/// The version of the catalogue language.
pub const VERSION: i64 = 1;

impl Catalogue {
    /// Reads a catalogue file. All its problems are added to `found`, each once, even where it stands behind an anchor;
    /// with an error there is no catalogue.
    pub fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let mut own = Diagnostics::new();
        let catalogue = read(sources, file, &mut own);
        let broken = own.has_errors();
        let mut told: Vec<Diagnostic> = Vec::new();
        for one in own {
            if !told.contains(&one) {
                told.push(one);
            }
        }
        found.extend(told);
        catalogue.filter(|_| !broken)
    }
}

fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Catalogue> {
    let root = yaml::parse(sources, file, found)?;
    let first = root.mapping("a catalogue", found)?.first()?;
    if first.key.value != "catalogue" {
        let one = Diagnostic::new(Id::FILE_KIND, "a catalogue begins with `catalogue:` and its name");
        found.push(one.label(first.key.span, "expected `catalogue`"));
        return None;
    }
    let mut fields = Fields::of(&root, "a catalogue", found)?;
    let name = fields.required_text("catalogue", found);
    fields.integer("version", VERSION, VERSION, found);
    let mut reader = Reader { sources, found, selectors: HashMap::new() };
    let title = reader.title(&mut fields);
    let session = fields.optional("session");
    let session = reader.session(session);
    let activity_nodes = fields.required("activities", reader.found);
    let activities = reader.named(activity_nodes, "`activities`");
    let activities = activities.into_iter().filter_map(|entry| reader.activity(entry)).collect();
    let automatic = fields.optional("automatic");
    let automatic = reader.named(automatic, "`automatic`");
    let automatic = automatic.into_iter().filter_map(|entry| reader.automatic(entry)).collect();
    let wire_node = fields.required("wire", reader.found);
    let wire = reader.wire(wire_node);
    fields.finish(found);
    let catalogue = Catalogue { name: name?, title, session, activities, automatic, wire };
    let declared = |node: Option<&yaml::Node>| {
        let entries = node.and_then(yaml::Node::as_mapping).unwrap_or_default();
        entries.iter().map(|entry| entry.key.value.clone()).collect()
    };
    let exchanges = wire_node.and_then(|node| node.get("exchanges"));
    super::check::check(&catalogue, &declared(activity_nodes), &declared(exchanges), found);
    Some(catalogue)
}
