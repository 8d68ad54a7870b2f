use std::time::Duration;

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::yaml::{Form, Key, Node, Notation, Shape, Shaped};

/// What keeps a run from doing harm to an environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guards {
    /// Most requests in a second, over all scenarios.
    pub per_second: Option<f64>,
    /// Most requests under way at a time, over all scenarios.
    pub in_flight: Option<u32>,
    /// Most requests of a run that may change something.
    pub mutations: Option<u64>,
    /// Most bytes of bodies that a run may send.
    pub upload: Option<u64>,
    /// When it is left alone because it does not answer.
    pub breaker: BreakerUse,
}

/// What is said of the breaker of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakerUse {
    /// Nothing.
    #[default]
    Unsaid,
    /// There is none.
    Off,
    /// When it opens.
    On(Breaker),
}

/// When a target is left alone, because it does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// How many requests in a row have no usable answer.
    pub failures: u32,
    /// How long nothing is sent then; each further time twice as long.
    pub pause: Duration,
    /// After how long without an answer nothing more is sent at all; `None` for never.
    pub give_up: Option<Duration>,
}

/// How long an engine is waited for where nothing is said.
const GIVE_UP: Duration = Duration::from_secs(10 * 60);

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 20, pause: Duration::from_secs(30), give_up: None }
    }
}

impl Guards {
    /// The breaker of a target. Where nothing is said, an engine has one. A simulator, whose time is virtual, is given up only
    /// if that is said: a whole outage of it would be over in no time.
    pub fn breaker(&self, simulator: bool) -> Option<Breaker> {
        let breaker = match self.breaker {
            BreakerUse::Off => return None,
            BreakerUse::Unsaid if simulator => return None,
            BreakerUse::Unsaid => Breaker::default(),
            BreakerUse::On(breaker) => breaker,
        };
        Some(Breaker { give_up: breaker.give_up.or((!simulator).then_some(GIVE_UP)), ..breaker })
    }
}

/// How sizes are written.
static BYTES: Notation = Notation {
    about: "a size such as `500MB` or `20 KiB`",
    pattern: r"^[0-9]+(?:\.[0-9]+)? ?(?:B|kB|KB|MB|GB|KiB|MiB|GiB)$",
};

static RATE: Shape = Shape::new(
    "rate",
    "`rate`",
    "How fast requests are sent, by all scenarios together.",
    &[
        Key::new("per-second", Form::Number, "most requests in a second").such_as(&["20", "0.5"]),
        Key::new("in-flight", Form::Integer(1, 10_000), "most requests under way at a time").such_as(&["8"]),
    ],
);

static BUDGET: Shape = Shape::new(
    "budget",
    "`budget`",
    "What one run may send at most. What would exceed it is not sent.",
    &[
        Key::new("mutations", Form::Integer(0, i64::MAX), "most requests that may change something")
            .such_as(&["10000"]),
        Key::new("upload", Form::Like(&BYTES), "most bytes of bodies").such_as(&["500MB"]),
    ],
);

static BREAKER: Shape = Shape::new(
    "breaker",
    "`breaker`",
    "When the target is left alone, because it does not answer.",
    &[
        Key::new(
            "failures",
            Form::Integer(1, 1_000_000),
            "how many requests in a row have no usable answer: broken connections, 502, 503, 504",
        )
        .or("20"),
        Key::new("pause", Form::Duration, "how long nothing is sent then, each further time twice as long").or("30s"),
        Key::new(
            "give-up",
            Form::Duration,
            "after how long without an answer nothing more is sent at all; left out, 10m, and never on a simulator",
        )
        .such_as(&["10m"]),
    ],
);

const RATE_FORM: Form = Form::Either(&[Form::Number, Form::Shape(&RATE)]);
const BREAKER_FORM: Form = Form::Either(&[Form::Boolean, Form::Shape(&BREAKER)]);

pub(super) const RATE_KEY: Key =
    Key::new("rate", RATE_FORM, "how fast requests are sent by all scenarios together; a number is per second")
        .such_as(&["20", "{ per-second: 20, in-flight: 8 }"]);
pub(super) const BUDGET_KEY: Key = Key::new("budget", Form::Shape(&BUDGET), "what one run may send at most")
    .such_as(&["{ mutations: 10000, upload: 500MB }"]);
pub(super) const BREAKER_KEY: Key = Key::new(
    "breaker",
    BREAKER_FORM,
    "when the target is left alone, because it does not answer; `false` for never. Left out, it is on but for simulators",
)
.such_as(&["{ failures: 20, pause: 30s, give-up: 10m }"]);

impl Guards {
    pub(super) fn read(fields: &Shaped<'_>, found: &mut Diagnostics) -> Self {
        let mut guards = Self::default();
        if let Some(node) = fields.node("rate") {
            if node.as_mapping().is_some() {
                if let Some(rate) = Shaped::of(node, &RATE, found) {
                    guards.per_second =
                        rate.node("per-second").and_then(|node| per_second(node, "`per-second`", found));
                    guards.in_flight = rate.integer("in-flight", found).map(|number| number.value as u32);
                }
            } else {
                guards.per_second = per_second(node, "`rate`", found);
            }
        }
        if let Some(budget) = fields.inside("budget", found) {
            guards.mutations = budget.integer("mutations", found).map(|number| number.value.unsigned_abs());
            guards.upload = budget.text("upload", found).and_then(|text| {
                let bytes = parse_bytes(&text.value);
                if bytes.is_none() {
                    let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no size", text.value));
                    found.push(one.label(text.span, format!("expected {}", BYTES.about)));
                }
                bytes
            });
        }
        if let Some(node) = fields.node("breaker") {
            guards.breaker = BreakerUse::read(node, found);
        }
        guards
    }
}

impl BreakerUse {
    fn read(node: &Node, found: &mut Diagnostics) -> Self {
        if node.as_mapping().is_none() {
            return match node.boolean("`breaker`", found) {
                Some(on) if on.value => Self::On(Breaker::default()),
                Some(_) => Self::Off,
                None => Self::Unsaid,
            };
        }
        let Some(fields) = Shaped::of(node, &BREAKER, found) else { return Self::Unsaid };
        let own = Breaker::default();
        Self::On(Breaker {
            failures: fields.integer("failures", found).map_or(own.failures, |failures| failures.value as u32),
            pause: fields.duration("pause", found).map_or(own.pause, |pause| pause.value),
            give_up: fields.duration("give-up", found).map(|give_up| give_up.value),
        })
    }
}

/// Reads how many requests may be sent in a second.
///
/// # Errors
/// What is wrong, as the end of a sentence.
pub fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    match rate {
        rate if (0.001..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("it is not between 0.001 and 100,000".to_owned()),
    }
}

fn per_second(node: &Node, what: &str, found: &mut Diagnostics) -> Option<f64> {
    let text = node.text(what, found)?;
    match parse_rate(&text.value) {
        Ok(rate) => Some(rate),
        Err(why) => {
            let message = format!("{what} must be a number of requests per second: {why}");
            found.push(Diagnostic::new(Id::WRONG_VALUE, message).label(node.span, "expected such as `20` or `0.5`"));
            None
        }
    }
}

/// Reads a size in bytes.
fn parse_bytes(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let factor = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let written = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| written)?;
    Some((number * f64::from(factor)).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    static ALL: Shape = Shape::new("all", "all", "All guards.", &[RATE_KEY, BUDGET_KEY, BREAKER_KEY]);

    fn read(text: &str) -> (Guards, usize) {
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let file = sources.add("a.yaml", text);
        let node = crate::yaml::parse(&sources, file, &mut found).unwrap();
        let guards = Guards::read(&Shaped::of(&node, &ALL, &mut found).unwrap(), &mut found);
        (guards, found.len())
    }

    #[test]
    fn guards_have_short_and_long_forms() {
        let (guards, problems) = read("{ rate: 20, budget: { mutations: 5, upload: 1.5 MB }, breaker: false }");
        let expected = Guards {
            per_second: Some(20.0),
            in_flight: None,
            mutations: Some(5),
            upload: Some(1_500_000),
            breaker: BreakerUse::Off,
        };
        assert_eq!((guards, problems), (expected, 0));
        let (guards, problems) =
            read("{ rate: { per-second: 0.5, in-flight: 8 }, breaker: { pause: 1s, give-up: 2m } }");
        assert_eq!((guards.per_second, guards.in_flight, problems), (Some(0.5), Some(8), 0));
        let (pause, give_up) = (Duration::from_secs(1), Some(Duration::from_secs(120)));
        assert_eq!(guards.breaker, BreakerUse::On(Breaker { failures: 20, pause, give_up }));
        for (wrong, problems) in [
            ("{ rate: 0 }", 1),
            ("{ rate: many }", 1),
            ("{ rate: { per-second: -1, in-flight: 0, per-minute: 2 } }", 3),
            ("{ budget: { mutations: -1, upload: 500 } }", 2),
            ("{ budget: { upload: 5 TB } }", 1),
            ("{ breaker: sometimes }", 1),
            ("{ breaker: { failures: 0, pause: long } }", 2),
        ] {
            assert_eq!(read(wrong).1, problems, "{wrong}");
        }
    }

    #[test]
    fn an_engine_has_a_breaker_and_a_simulator_if_it_is_said() {
        let unsaid = Guards::default();
        assert_eq!(unsaid.breaker(true), None);
        assert_eq!(unsaid.breaker(false).unwrap().give_up, Some(GIVE_UP));
        let said = Guards { breaker: BreakerUse::On(Breaker::default()), ..Guards::default() };
        assert_eq!(said.breaker(true), Some(Breaker::default()));
        assert_eq!(Guards { breaker: BreakerUse::Off, ..Guards::default() }.breaker(false), None);
    }

    #[test]
    fn sizes_are_read_in_powers_of_ten_and_two() {
        for (text, bytes) in [("0B", 0), ("20 KiB", 20_480), ("500MB", 500_000_000), ("0.5GB", 500_000_000)] {
            assert_eq!(parse_bytes(text), Some(bytes), "{text}");
        }
        for wrong in ["", "MB", "5", "5 mb", "-5MB", "1e3MB", "inf MB"] {
            assert_eq!(parse_bytes(wrong), None, "{wrong}");
        }
    }
}
