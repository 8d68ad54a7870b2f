use std::collections::HashMap;

use super::Reader;
use super::activity::ACTIVITY;
use super::automatic::AUTOMATIC;
use super::reader::{NAMED, TITLE};
use super::session::SESSION;
use super::wire::WIRE;
use crate::catalogue::{Catalogue, PERSONAL, PersonalField};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Sources};
use crate::yaml::{self, Form, Key, Shape, Shaped};

/// The version of the catalogue language.
pub const VERSION: i64 = 1;

/// What a catalogue file may hold.
pub static SHAPE: Shape = Shape::new(
    "catalogue",
    "a catalogue",
    "Everything that flowproof knows about one kind of process engine.",
    &[
        Key::required("catalogue", Form::Text, "its name; first").such_as(&["acme"]),
        Key::new("version", Form::Integer(VERSION, VERSION), "the version of the language").or("1"),
        TITLE,
        PERSONAL,
        Key::new("session", Form::Shape(&SESSION), "how a session is opened, renewed and read"),
        Key::required("activities", Form::Map(NAMED, &Form::Shape(&ACTIVITY)), "what scenarios do").such_as(&[
            "{ welcome: { requests: [{ exchange: continue }], outcomes: { success: { when: { status: 200 } } } } }",
        ]),
        Key::new(
            "automatic",
            Form::Map(NAMED, &Form::Shape(&AUTOMATIC)),
            "what the engine does by itself between two activities",
        )
        .such_as(&["{ selfie-check: { behaviour: check } }"]),
        Key::required("wire", Form::Shape(&WIRE), "where things stand in requests and answers"),
    ],
);

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
    let fields = Shaped::of(&root, &SHAPE, found)?;
    let name = fields.text("catalogue", found);
    fields.integer("version", found);
    let mut reader = Reader { sources, found, selectors: HashMap::new() };
    let title = reader.title(&fields);
    let personal = PersonalField::read_all(&fields, sources, reader.found);
    let session = fields.inside("session", reader.found);
    let session = reader.session(session);
    let activities = reader.named(&fields, "activities");
    let activities = activities.into_iter().filter_map(|entry| reader.activity(entry)).collect();
    let automatic = reader.named(&fields, "automatic");
    let automatic = automatic.into_iter().filter_map(|entry| reader.automatic(entry)).collect();
    let wire = fields.inside("wire", reader.found);
    let wire = reader.wire(wire);
    let catalogue = Catalogue { name: name?, title, personal, session, activities, automatic, wire };
    let declared = |node: Option<&yaml::Node>| {
        let entries = node.and_then(yaml::Node::as_mapping).unwrap_or_default();
        entries.iter().map(|entry| entry.key.value.clone()).collect()
    };
    let exchanges = fields.node("wire").and_then(|node| node.get("exchanges"));
    super::check::check(&catalogue, &declared(fields.node("activities")), &declared(exchanges), found);
    Some(catalogue)
}
