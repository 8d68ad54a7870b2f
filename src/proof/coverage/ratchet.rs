use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Coverage, Criterion, Element, ElementKind, State};
use crate::diagnostic::suggest;

/// The least share of a criterion that must be covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// What is counted.
    pub criterion: Criterion,
    /// In percent.
    pub percent: u64,
}

/// `90`, `decisions=80`.
impl FromStr for Floor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (criterion, percent) = match text.split_once('=') {
            Some((name, percent)) => {
                let unknown = || {
                    let help = suggest(name, Criterion::ALL.map(Criterion::name)).unwrap_or_default();
                    format!("`{name}` is no criterion: {help}")
                };
                (Criterion::of(name).ok_or_else(unknown)?, percent)
            }
            None => (Criterion::AllFlows, text),
        };
        let percent = percent.trim_end_matches('%').parse().ok().filter(|percent| *percent <= 100);
        let percent = percent.ok_or("write a number of percent from 0 to 100, such as `90` or `decisions=80`")?;
        Ok(Self { criterion, percent })
    }
}

impl Floor {
    /// Whether a coverage reaches it. Where there is nothing to cover, nothing is missing.
    pub fn holds(self, coverage: &Coverage) -> bool {
        let figure = coverage.figure(self.criterion);
        figure.is_none_or(|figure| figure.covered * 100 >= self.percent * figure.of)
    }
}

/// In what a coverage is less than an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss<'a> {
    /// Flows and border events that were covered, can still be, and are not any more.
    pub lost: Vec<&'a Element>,
    /// Those that are new and uncovered.
    pub fresh: Vec<&'a Element>,
    /// Whether the share of all flows is less than it was.
    pub fell: bool,
}

impl Loss<'_> {
    /// Whether there is any. What is new and uncovered counts by the share alone.
    pub fn any(&self) -> bool {
        self.fell || !self.lost.is_empty()
    }
}

impl Coverage {
    /// Compares with an earlier coverage of the same process.
    pub fn since<'a>(&'a self, last: &Coverage) -> Loss<'a> {
        let before: BTreeMap<&str, &Element> = last
            .elements
            .iter()
            .filter(|element| element.is_arc())
            .map(|element| (element.id.as_str(), element))
            .collect();
        let open = || self.elements.iter().filter(|element| element.is_arc() && element.state == State::Uncovered);
        let was_hit = |element: &&Element| before.get(element.id.as_str()).is_some_and(|before| before.hits > 0);
        let share = |coverage: &Coverage| {
            let figure = coverage.figure(Criterion::AllFlows);
            figure.map_or((1, 1), |figure| (u128::from(figure.covered), u128::from(figure.of.max(1))))
        };
        let ((now, of), (then, of_then)) = (share(self), share(last));
        Loss {
            lost: open().filter(was_hit).collect(),
            fresh: open().filter(|element| !before.contains_key(element.id.as_str())).collect(),
            fell: now * of_then < then * of,
        }
    }
}

impl Element {
    /// Whether it is a way from one node to another: a flow, or an event on the border of an activity.
    pub fn is_arc(&self) -> bool {
        self.kind == ElementKind::Flow || self.from.is_some()
    }
}
