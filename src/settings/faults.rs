use globset::{GlobBuilder, GlobMatcher};

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::script::{Faults, Latency, Outage};
use crate::source::Spanned;
use crate::yaml::{Form, Key, Notation, Shape, Shaped};

/// How a part of a hundred is written.
static SHARE: Notation =
    Notation { about: "a share such as `2%` or `0.5 %`", pattern: r"^(?:100|[0-9]{1,2}(?:\.[0-9]{1,4})?) ?%$" };

pub(super) static FAULTS: Shape = Shape::new(
    "faults",
    "`faults`",
    "What goes wrong on the way to the simulator, the same in each run of the same seed.",
    &[
        Key::new("seed", Form::Integer(0, i64::MAX), "another seed is another night").or("0"),
        Key::new("cut", Form::Like(&SHARE), "requests whose connection breaks, half of them after their work was done")
            .or("0%"),
        Key::new("unavailable", Form::Like(&SHARE), "requests that are answered with status 503").or("0%"),
        Key::new("retry-after", Form::Duration, "what such an answer says in `Retry-After`").or("1s"),
        Key::new(
            "latency",
            Form::Shape(&LATENCY),
            "how long requests take by the simulator's clock; nobody waits for it",
        ),
        Key::new("delay", Form::Duration, "how much later every answer really comes").or("0s"),
        Key::new("outages", Form::List(&Form::Shape(&OUTAGE)), "scenarios that get no answer at all"),
    ],
);

static LATENCY: Shape = Shape::new(
    "latency",
    "`latency`",
    "How long requests take: half of them the median at most, one of a hundred more than `p99`.",
    &[
        Key::required("median", Form::Duration, "half of the requests take no longer").such_as(&["80ms"]),
        Key::required("p99", Form::Duration, "one of a hundred takes longer, and none ten times as long")
            .such_as(&["5s"]),
    ],
);

static OUTAGE: Shape = Shape::new(
    "outage",
    "an outage",
    "Scenarios whose every request is cut off.",
    &[
        Key::required(
            "scenarios",
            Form::OneOrMany(&Form::Text),
            "which, by their ids; `*` and `**` stand for any part",
        )
        .such_as(&["\"scenarios/documents/**\""]),
        Key::new("attempts", Form::Integer(1, 1_000), "in how many of their attempts; left out, in all of them"),
        Key::new("from", Form::Integer(1, 1_000_000), "from which request of an attempt on").or("1"),
    ],
);

/// Reads what goes wrong.
pub(super) fn read(fields: &Shaped, found: &mut Diagnostics) -> Faults {
    let latency = fields.inside("latency", found).and_then(|fields| {
        let (median, p99) = (fields.duration("median", found), fields.duration("p99", found));
        let (median, p99) = (median?, p99?);
        if p99.value < median.value {
            let one = Diagnostic::new(Id::WRONG_VALUE, "`p99` is shorter than `median`");
            found.push(one.label(p99.span, "at least as long as the median"));
        }
        Some(Latency { median: median.value, p99: p99.value })
    });
    let outages = fields.list("outages", found).iter().filter_map(|node| {
        let fields = Shaped::of(node, &OUTAGE, found)?;
        let scenarios = fields.texts("scenarios", found);
        Some(Outage {
            scenarios: scenarios.iter().filter_map(|pattern| glob(pattern, found)).collect(),
            attempts: fields.integer("attempts", found).map(|attempts| attempts.value as u32),
            from: fields.integer("from", found).map_or(1, |from| from.value as u64),
        })
    });
    let outages = outages.collect();
    Faults {
        seed: fields.integer("seed", found).map_or(0, |seed| seed.value as u64),
        cut: share(fields, "cut", found),
        unavailable: share(fields, "unavailable", found),
        retry_after: fields.duration("retry-after", found).map_or(std::time::Duration::from_secs(1), |one| one.value),
        latency,
        delay: fields.duration("delay", found).map(|delay| delay.value).unwrap_or_default(),
        outages,
    }
}

/// A share, from 0 to 1.
fn share(fields: &Shaped, key: &'static str, found: &mut Diagnostics) -> f64 {
    let Some(text) = fields.text(key, found) else { return 0.0 };
    let number = text.value.strip_suffix('%').and_then(|number| number.trim_end().parse::<f64>().ok());
    match number.filter(|number| (0.0..=100.0).contains(number)) {
        Some(number) => number / 100.0,
        None => {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{key}` must be {}", SHARE.about));
            found.push(one.label(text.span, "expected such as `2%`"));
            0.0
        }
    }
}

pub(super) fn glob(pattern: &Spanned<String>, found: &mut Diagnostics) -> Option<GlobMatcher> {
    match GlobBuilder::new(&pattern.value).literal_separator(true).build() {
        Ok(glob) => Some(glob.compile_matcher()),
        Err(error) => {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no pattern: {}", pattern.value, error.kind()));
            found.push(one.at(pattern.span));
            None
        }
    }
}
