use std::time::Duration;

use super::around::{AFTER, BEFORE};
use super::environment::ENVIRONMENT;
use super::history::HISTORY;
use super::listening::LISTENER;
use super::notify::NOTIFY;
use super::process::PROCESS_USE;
use super::profile::PROFILE;
use super::runs::RUNS;
use super::shared::{SECRETS, VARS};
use super::{Around, Environment, HistoryUse, Listening, Notify, ProcessUse, Profile, Runs, SIMULATOR, Shared};
use crate::catalogue::{PERSONAL, PersonalField};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Sources, Spanned};
use crate::yaml::{self, Form, Key, Names, Shape, Shaped};

/// The settings of a project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
    /// The environment that is used without `--env`.
    pub default: Option<Spanned<String>>,
    /// Catalogues by name: a file, or `None` for the one of that name inside flowproof.
    pub catalogues: Vec<(Spanned<String>, Option<Spanned<String>>)>,
    /// Process definitions by name.
    pub processes: Vec<ProcessUse>,
    /// What is run once, where an environment does not say otherwise.
    pub around: Around,
    /// Values that all scenarios and fragments see.
    pub shared: Shared,
    /// What is personal data in requests and answers, beside what catalogues say.
    pub personal: Vec<PersonalField>,
    /// The file that says which scenarios are in quarantine, where it is not the usual one.
    pub quarantine: Option<Spanned<String>>,
    /// Named ways to run, in the order of the file.
    pub profiles: Vec<Profile>,
    /// What holds where a scenario or an argument says nothing.
    pub defaults: Defaults,
    /// Where calls of the engine come in.
    pub listener: Listening,
    /// What is kept of runs.
    pub runs: Runs,
    /// What is kept of what scenarios came to.
    pub history: HistoryUse,
    /// Who is told of runs.
    pub notify: Vec<Notify>,
}

/// What holds where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// How long one request may take.
    pub timeout: Duration,
    /// How long one scenario may take, its `after` not included.
    pub scenario_timeout: Duration,
    /// How many scenarios run at a time.
    pub jobs: Option<usize>,
    /// How often a scenario that errored is run again.
    pub retries: u32,
    /// Whether one that failed is run again as well.
    pub retry_failed: bool,
    /// How long the run may take.
    pub run_timeout: Option<Duration>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            scenario_timeout: Duration::from_secs(15 * 60),
            jobs: None,
            retries: 0,
            retry_failed: false,
            run_timeout: None,
        }
    }
}

/// Most times that a scenario is run again.
pub const MAX_RETRIES: i64 = 20;

/// What a settings file may hold.
pub static SHAPE: Shape = Shape::new(
    "settings",
    "the settings",
    "The settings of a flowproof project: environments, catalogues, processes, defaults.",
    &[
        Key::required("flowproof", Form::Integer(1, 1), "the version of the settings; first").such_as(&["1"]),
        Key::new("default", Form::Text, "the environment that is used without `--env`").such_as(&["simulator"]),
        Key::new(
            "catalogues",
            Form::Map(Names::Free, &Form::Text),
            "name to file, or `embedded` for one that ships; left out, all that ship",
        )
        .such_as(&["{ acme: embedded }", "{ acme: catalogues/acme.yaml }"]),
        Key::new(
            "processes",
            Form::Map(Names::Free, &PROCESS_USE),
            "process definitions: the name that is deployed on the target, to its BPMN file",
        )
        .such_as(&["{ onboarding: processes/onboarding.bpmn }"]),
        Key::new(
            "environments",
            Form::Map(Names::Free, &Form::Shape(&ENVIRONMENT)),
            "what scenarios can be run against, by name",
        )
        .such_as(&["{ staging: { base-url: https://acme-test.example.com } }"]),
        VARS,
        SECRETS,
        PERSONAL,
        Key::new("profiles", Form::Map(Names::Free, &Form::Shape(&PROFILE)), "named ways to run, for `--profile`")
            .such_as(&["{ nightly: { env: staging, tags: [nightly], jobs: 16 } }"]),
        BEFORE,
        AFTER,
        Key::new("quarantine", Form::Text, "the file that says which scenarios are in quarantine")
            .or("quarantine.yaml"),
        Key::new("defaults", Form::Shape(&DEFAULTS), "what holds where a scenario or an argument says nothing"),
        LISTENER,
        RUNS,
        HISTORY,
        NOTIFY,
    ],
);

static DEFAULTS: Shape = Shape::new(
    "defaults",
    "`defaults`",
    "What holds where a scenario or an argument says nothing.",
    &[
        Key::new("timeout", Form::Duration, "how long one request may take").or("30s"),
        Key::new("scenario-timeout", Form::Duration, "how long one scenario may take, its `after` not included")
            .or("15m"),
        Key::new("jobs", Form::Integer(1, 10_000), "how many scenarios run at a time").or("8"),
        Key::new("retries", Form::Integer(0, MAX_RETRIES), "how often a scenario that errored is run again as a whole")
            .or("0"),
        Key::new("retry-failed", Form::Boolean, "whether a scenario that failed is run again as well").or("false"),
        Key::new(
            "run-timeout",
            Form::Duration,
            "how long the run may take; then it drains: scenarios that run go to their `after`",
        )
        .such_as(&["6h"]),
    ],
);

impl Settings {
    /// Reads a settings file.
    pub fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let node = yaml::parse(sources, file, found)?;
        let fields = Shaped::of(&node, &SHAPE, found)?;
        fields.integer("flowproof", found);
        let default = fields.text("default", found);
        let environments = fields.map("environments", found).iter();
        let environments =
            environments.filter_map(|entry| Environment::read(&entry.key, &entry.value, sources, found)).collect();
        let catalogues = fields.map("catalogues", found).iter().filter_map(|entry| {
            let file = entry.value.text("a catalogue", found)?;
            Some((entry.key.clone(), (file.value != "embedded").then_some(file)))
        });
        let catalogues = catalogues.collect();
        let processes = fields.map("processes", found).iter();
        let processes = processes.filter_map(|entry| ProcessUse::read(&entry.key, &entry.value, found)).collect();
        let defaults = fields.inside("defaults", found).map(|fields| Defaults::read(&fields, found));
        let defaults = defaults.unwrap_or_default();
        let listener = Listening::read(&fields, found);
        let runs = Runs::read(&fields, found);
        let around = Around::read(&fields, found);
        let shared = Shared::read(&fields, sources, found);
        let personal = PersonalField::read_all(&fields, sources, found);
        let profiles = fields.map("profiles", found).iter();
        let profiles = profiles.filter_map(|entry| Profile::read(&entry.key, &entry.value, sources, found)).collect();
        let quarantine = fields.text("quarantine", found);
        let (history, notify) = (HistoryUse::read(&fields, found), Notify::read_all(&fields, sources, found));
        let settings = Self {
            environments,
            default,
            catalogues,
            processes,
            around,
            shared,
            personal,
            quarantine,
            profiles,
            defaults,
            listener,
            runs,
            history,
            notify,
        };
        let replaced = settings.environments.iter().map(|environment| &environment.vars);
        for replaced in replaced.chain(settings.profiles.iter().map(|profile| &profile.vars)) {
            settings.shared.check_replaced(replaced, found);
        }
        for env in settings.profiles.iter().filter_map(|profile| profile.env.as_ref()) {
            settings.check_environment(env, found);
        }
        if let Some(default) = &settings.default {
            settings.check_environment(default, found);
        }
        Some(settings)
    }

    /// Reports a name that is none of an environment.
    fn check_environment(&self, name: &Spanned<String>, found: &mut Diagnostics) {
        if self.environment(&name.value).is_none() && name.value != SIMULATOR {
            let names = self.environments.iter().map(|environment| environment.name.value.as_str());
            let one = Diagnostic::new(Id::UNKNOWN_ENVIRONMENT, format!("there is no environment `{}`", name.value));
            found.push(one.at(name.span).meant(name.span, name, names.chain([SIMULATOR])));
        }
    }

    /// The profile of a name.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name.value == name)
    }

    /// The shared values of a run: those of a profile before those of an environment before the settings' own.
    pub fn shared(&self, environment: &Environment, profile: Option<&Profile>) -> Shared {
        let of_profile = profile.map(|profile| profile.vars.as_slice()).unwrap_or_default();
        self.shared.replaced(&[of_profile, &environment.vars])
    }

    /// The environment of a name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.value == name)
    }
}

impl Defaults {
    fn read(fields: &Shaped, found: &mut Diagnostics) -> Self {
        let own = Self::default();
        Self {
            timeout: fields.duration("timeout", found).map_or(own.timeout, |timeout| timeout.value),
            scenario_timeout: fields
                .duration("scenario-timeout", found)
                .map_or(own.scenario_timeout, |timeout| timeout.value),
            jobs: fields.integer("jobs", found).map(|jobs| jobs.value as usize),
            retries: fields.integer("retries", found).map_or(own.retries, |retries| retries.value as u32),
            retry_failed: fields.boolean("retry-failed", found).map_or(own.retry_failed, |retry| retry.value),
            run_timeout: fields.duration("run-timeout", found).map(|timeout| timeout.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_settings_are_read() {
        let page = include_str!("../../docs/settings.md");
        let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let mut sources = Sources::new();
        let file = sources.add("flowproof.yaml", example);
        let mut found = Diagnostics::new();
        let settings = Settings::read(&sources, file, &mut found).unwrap();
        assert!(
            found.is_empty(),
            "{}",
            crate::diagnostic::frames(found.iter(), &sources, crate::diagnostic::Style::Plain)
        );
        assert_eq!(settings.environments.len(), 3);
        assert_eq!(settings.defaults.scenario_timeout, Duration::from_secs(900));
        assert!(settings.environment("live").is_some_and(|environment| environment.production));
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let mut sources = Sources::new();
        let file = sources.add("flowproof.yaml", "flowproof: 1\n");
        let mut found = Diagnostics::new();
        let settings = Settings::read(&sources, file, &mut found).unwrap();
        assert_eq!((settings.defaults, found.len()), (Defaults::default(), 0));
    }
}
