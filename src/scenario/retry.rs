use std::ops::RangeInclusive;
use std::time::Duration;

use super::shape::RETRY;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Span;
use crate::yaml::{Node, Shaped};

/// Most times that one request is sent again.
pub(super) const MAX_TIMES: i64 = 20;
/// The longest that a growing pause becomes.
const MAX_PAUSE: Duration = Duration::from_secs(5 * 60);

/// When a request that met an error of transport is sent again. Outcomes are never a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Where it stands.
    pub span: Span,
    /// How often a request is sent again, at most.
    pub times: u32,
    /// Whether the pauses grow.
    pub backoff: Backoff,
    /// The first pause.
    pub every: Duration,
    /// Whether an exchange that broke is a reason.
    pub transport: bool,
    /// The statuses that are a reason.
    pub statuses: Vec<RangeInclusive<u16>>,
    /// Whether a request that changes something is sent again although it may have arrived.
    pub even_if_sent: bool,
}

/// How the pauses between the tries of a request go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backoff {
    /// Each is as long as the first.
    Fixed,
    /// Each is twice as long as the one before, five minutes at most.
    #[default]
    Exponential,
}

/// The words for it.
pub(super) const BACKOFFS: &[(&str, Backoff)] = &[("exponential", Backoff::Exponential), ("fixed", Backoff::Fixed)];

impl Retry {
    /// The pause before the `number`-th time that a request is sent again, from 1.
    pub fn pause(&self, number: u32) -> Duration {
        match self.backoff {
            Backoff::Fixed => self.every,
            Backoff::Exponential => {
                let factor = 1_u32.checked_shl(number.saturating_sub(1)).unwrap_or(u32::MAX);
                self.every.saturating_mul(factor).min(MAX_PAUSE.max(self.every))
            }
        }
    }

    /// Whether a status is a reason.
    pub fn covers(&self, status: u16) -> bool {
        self.statuses.iter().any(|range| range.contains(&status))
    }

    /// Reads it. A number is how often.
    pub(super) fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let mut retry = Self {
            span: node.span,
            times: 3,
            backoff: Backoff::default(),
            every: Duration::from_secs(1),
            transport: true,
            statuses: Vec::new(),
            even_if_sent: false,
        };
        if node.as_scalar().is_some() {
            retry.times = node.integer("`retry`", 1, MAX_TIMES, found)?.value as u32;
            return Some(retry);
        }
        let fields = Shaped::of(node, &RETRY, found)?;
        let times = fields.integer("times", found);
        let backoff = fields.word("backoff", BACKOFFS, found);
        let every = fields.duration("every", found);
        let reasons = fields.node("for");
        let even_if_sent = fields.boolean("even-if-sent", found);
        retry.backoff = backoff.map_or(retry.backoff, |backoff| backoff.value);
        retry.even_if_sent = even_if_sent.is_some_and(|even| even.value);
        retry.every = every.map_or(retry.every, |every| every.value);
        if let Some(reasons) = reasons {
            retry.transport = false;
            for reason in reasons.one_or_many() {
                retry.add_reason(reason, found);
            }
        }
        retry.times = times?.value as u32;
        Some(retry)
    }

    fn add_reason(&mut self, node: &Node, found: &mut Diagnostics) {
        let Some(text) = node.text("a reason", found) else { return };
        let range = match text.value.as_str() {
            "transport" => {
                self.transport = true;
                return;
            }
            "5xx" => Some(500..=599),
            number => number.parse().ok().map(|status| status..=status),
        };
        match range {
            // By HTTP's own definition these speak of the moment, not of the request.
            Some(range) if [408, 425, 429].contains(range.start()) || (500..600).contains(range.start()) => {
                self.statuses.push(range);
            }
            Some(_) => {
                let message = format!("the status {} is an answer, not an error of transport", text.value);
                let one = Diagnostic::new(Id::WRONG_VALUE, message).at(node.span);
                found.push(one.help("408, 425, 429 and 500 to 599 may be retried; what an answer says is for `on`"));
            }
            None => {
                let message = format!("`{}` is no reason to send a request again", text.value);
                let one = Diagnostic::new(Id::WRONG_VALUE, message);
                found.push(one.label(node.span, "expected `transport`, a status such as `503`, or `5xx`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> (Option<Retry>, usize) {
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let file = sources.add("a.yaml", text);
        let node = crate::yaml::parse(&sources, file, &mut found).unwrap();
        (Retry::read(&node, &mut found), found.len())
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let retry = read("{ times: 20, every: 10s }").0.unwrap();
        let seconds: Vec<u64> = [1, 2, 3, 5, 6, 20, 40].map(|number| retry.pause(number).as_secs()).to_vec();
        assert_eq!(seconds, [10, 20, 40, 160, 300, 300, 300]);
        let fixed = read("{ times: 2, every: 20m, backoff: fixed }").0.unwrap();
        assert_eq!((fixed.pause(1), fixed.pause(9)), (Duration::from_secs(1200), Duration::from_secs(1200)));
        assert_eq!(read("{ times: 2, every: 20m }").0.unwrap().pause(2), Duration::from_secs(1200));
    }

    #[test]
    fn reasons_are_of_transport() {
        let retry = read("{ times: 1, for: [transport, 503, 429, 5xx] }").0.unwrap();
        assert!(retry.transport && retry.covers(503) && retry.covers(429) && retry.covers(599));
        assert!(!retry.covers(404) && !retry.covers(600));
        let alone = read("{ times: 1, for: 503 }").0.unwrap();
        assert!(!alone.transport && alone.covers(503) && !alone.covers(500));
        assert_eq!(read("4").0.unwrap(), Retry { times: 4, ..read("4").0.unwrap() });
        for (wrong, problems) in [
            ("0", 1),
            ("21", 1),
            ("{ times: 1, for: [404, 200, quality-failure, 4xx, 600] }", 5),
            ("{ every: 1s }", 1),
            ("{ times: 1, backoff: linear }", 1),
            ("{ times: 1, evry: 1s }", 1),
        ] {
            assert_eq!(read(wrong).1, problems, "{wrong}");
        }
    }
}
