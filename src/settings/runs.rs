use crate::diagnostic::Diagnostics;
use crate::yaml::{Form, Key, Shape, Shaped, Words};

/// What is kept of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Whether their events are.
    pub store: bool,
    /// How many runs, the newest.
    pub keep: usize,
    /// Whether everything is that happens, and not only what is wrong.
    pub everything: bool,
}

impl Default for Runs {
    fn default() -> Self {
        Self { store: true, keep: 20, everything: false }
    }
}

/// The key that says what is kept.
pub(super) const RUNS: Key = Key::new("runs", Form::Shape(&SHAPE), "what is kept of runs, in `.flowproof/runs`")
    .such_as(&["{ keep: 50, detail: everything }", "{ store: false }"]);

const EVERYTHING: &str = "everything";

static DETAIL: Words = Words { what: "amount of detail", words: &["problems", EVERYTHING] };

static SHAPE: Shape = Shape::new(
    "runs",
    "`runs`",
    "What is kept of runs.",
    &[
        Key::new("store", Form::Boolean, "whether their events are, as reports and `--resume` need them").or("true"),
        Key::new("keep", Form::Integer(1, 10_000), "how many runs; the oldest goes when a new one ends").or("20"),
        Key::new("detail", Form::Word(&DETAIL), "what is kept of scenarios that pass").or("problems"),
    ],
);

impl Runs {
    pub(super) fn read(fields: &Shaped, found: &mut Diagnostics) -> Self {
        let own = Self::default();
        let Some(fields) = fields.inside("runs", found) else { return own };
        Self {
            store: fields.boolean("store", found).map_or(own.store, |store| store.value),
            keep: fields.integer("keep", found).map_or(own.keep, |keep| keep.value as usize),
            everything: fields.chosen("detail", found).is_some_and(|detail| detail.value == EVERYTHING),
        }
    }
}
