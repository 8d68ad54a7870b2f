use globset::GlobMatcher;
use jiff::civil::Date;

use super::faults::glob;
use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Sources, Spanned};
use crate::yaml::{self, Form, Key, Node, Shape, Shaped};

/// Scenarios whose verdict does not count for a while.
#[derive(Clone, Debug, Default)]
pub struct Quarantine {
    /// What is in it, in the order of the file.
    pub entries: Vec<Quarantined>,
}

/// One scenario, or several, whose verdict does not count for a while.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// The id of a scenario, or a pattern of ids.
    pub scenario: Spanned<String>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day on which it does not count, in UTC.
    pub until: Spanned<Date>,
    /// Where it is followed up.
    pub ticket: Option<Spanned<String>>,
    pattern: GlobMatcher,
}

/// What a quarantine file may hold.
pub static QUARANTINE: Shape = Shape::new(
    "quarantine",
    "the quarantine",
    "Scenarios whose verdict is told and does not count, each until a day.",
    &[
        Key::required("quarantine", Form::Integer(1, 1), "the version of the quarantine; first").such_as(&["1"]),
        Key::required("scenarios", Form::List(&Form::Shape(&QUARANTINED)), "what is in quarantine").such_as(&[
            "[{ scenario: scenarios/selfie.yaml, reason: The camera service restarts at night, until: 2027-01-31 }]",
        ]),
    ],
);

static QUARANTINED: Shape = Shape::new(
    "quarantined",
    "an entry of the quarantine",
    "A scenario, or several, whose verdict does not count for a while.",
    &[
        Key::required(
            "scenario",
            Form::Text,
            "its id as reports have it, without the part behind `#` for all its cases; `*` stands for any part of a name, `**` for any folders",
        )
        .such_as(&["scenarios/selfie.yaml", "scenarios/faces/**"]),
        Key::required("reason", Form::Text, "why, as it is shown").such_as(&["The camera service restarts at night"]),
        Key::required("until", Form::Text, "the last day on which it does not count").such_as(&["2027-01-31"]),
        Key::new("ticket", Form::Text, "where it is followed up").such_as(&["ONB-12"]),
    ],
);

impl Quarantine {
    /// Reads a quarantine file.
    pub fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let node = yaml::parse(sources, file, found)?;
        let fields = Shaped::of(&node, &QUARANTINE, found)?;
        fields.integer("quarantine", found);
        let entries = fields.list("scenarios", found).iter().filter_map(|node| Quarantined::read(node, found));
        Some(Self { entries: entries.collect() })
    }

    /// What puts a scenario into quarantine: of several entries that which lasts longest.
    pub fn of(&self, id: &str) -> Option<&Quarantined> {
        self.entries.iter().filter(|entry| entry.covers(id)).max_by_key(|entry| entry.until.value)
    }
}

impl Quarantined {
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &QUARANTINED, found)?;
        let scenario = fields.text("scenario", found);
        let pattern = scenario.as_ref().and_then(|scenario| glob(scenario, found));
        let (reason, until) = (fields.text("reason", found), fields.date("until", found));
        let ticket = fields.text("ticket", found);
        Some(Self { scenario: scenario?, reason: reason?, until: until?, ticket, pattern: pattern? })
    }

    /// Whether it is about a scenario: about its id, or about all cases of its file.
    pub fn covers(&self, id: &str) -> bool {
        let file = id.split_once('#').map(|(file, _)| file);
        self.pattern.is_match(id) || file.is_some_and(|file| self.pattern.is_match(file))
    }

    /// Whether it may be about scenarios of a file that was not read.
    pub fn may_cover(&self, path: &str) -> bool {
        match self.scenario.value.split_once('#') {
            Some((file, _)) => file == path || self.pattern.is_match(format!("{path}#1")),
            None => self.covers(path),
        }
    }

    /// Whether its verdict counts again.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.until.value
    }

    /// The reason, with the ticket.
    pub fn told(&self) -> String {
        match &self.ticket {
            Some(ticket) => format!("{} ({})", self.reason.value, ticket.value),
            None => self.reason.value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Quarantine>, usize) {
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let file = sources.add("quarantine.yaml", text);
        (Quarantine::read(&sources, file, &mut found), found.len())
    }

    #[test]
    fn an_entry_is_about_an_id_all_cases_of_a_file_or_a_pattern() {
        let text = "quarantine: 1\nscenarios:\n  - { scenario: scenarios/a.yaml, reason: a, until: 2026-01-01 }\n  - { scenario: \"scenarios/b.yaml#2\", reason: b, until: 2026-01-01, ticket: X-1 }\n  - { scenario: \"scenarios/f/**\", reason: f, until: 2026-01-01 }\n  - { scenario: \"**/a*.yaml\", reason: longer, until: 2026-01-02 }\n";
        let quarantine = read(text).0.unwrap();
        let of = |id: &str| quarantine.of(id).map(Quarantined::told);
        assert_eq!(of("scenarios/a.yaml").as_deref(), Some("longer"));
        assert_eq!(of("scenarios/b.yaml#2").as_deref(), Some("b (X-1)"));
        assert_eq!(of("scenarios/f/deep/x.yaml#9").as_deref(), Some("f"));
        assert_eq!([of("scenarios/b.yaml"), of("scenarios/b.yaml#22"), of("scenarios/c.yaml")], [None, None, None]);
        let until = quarantine.entries[0].until.value;
        assert!(
            !quarantine.entries[0].is_expired(until) && quarantine.entries[0].is_expired(until.tomorrow().unwrap())
        );
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (wrong, problems) in [
            ("quarantine: 1\n", 1),
            ("quarantine: 2\nscenarios: []\n", 1),
            ("quarantine: 1\nscenarios: [{ scenario: a, until: soon }]\n", 2),
            ("quarantine: 1\nscenarios: [{ scenario: \"a[\", reason: x, until: 2026-01-01, owner: me }]\n", 2),
        ] {
            assert_eq!(read(wrong).1, problems, "{wrong}");
        }
    }
}
