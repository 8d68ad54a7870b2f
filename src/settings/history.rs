use std::time::Duration;

use crate::diagnostic::Diagnostics;
use crate::source::Spanned;
use crate::yaml::{Form, Key, Shape, Shaped};

/// What is kept of runs.
#[derive(Clone, Debug, Default)]
pub struct HistoryUse {
    /// The file, relative to the project's root.
    pub path: Option<Spanned<String>>,
    /// Runs that are so much older than the newest are removed.
    pub keep: Option<Duration>,
    /// Most runs that are kept.
    pub runs: Option<usize>,
}

pub(super) const HISTORY: Key = Key::new("history", Form::Shape(&SHAPE), "what is kept of runs");

static SHAPE: Shape = Shape::new(
    "history",
    "`history`",
    "What is kept of runs, for `flowproof history` and for the runs that follow.",
    &[
        Key::new("path", Form::Text, "the file, relative to the project's root").or(".flowproof/history.db"),
        Key::new("keep", Form::Duration, "runs that are so much older than the newest are removed").or("90d"),
        Key::new("runs", Form::Integer(1, 1_000_000), "how many runs are kept at most").or("1000"),
    ],
);

impl HistoryUse {
    pub(super) fn read(fields: &Shaped<'_>, found: &mut Diagnostics) -> Self {
        let Some(fields) = fields.inside("history", found) else { return Self::default() };
        Self {
            path: fields.text("path", found),
            keep: fields.duration("keep", found).map(|keep| keep.value),
            runs: fields.integer("runs", found).map(|runs| runs.value as usize),
        }
    }
}
