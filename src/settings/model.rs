use std::time::Duration;

use super::Environment;
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::source::{FileId, Sources, Spanned};
use crate::yaml::{self, Fields, Node};

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
    /// What holds where a scenario or an argument says nothing.
    pub defaults: Defaults,
}

/// A process definition of the project.
#[derive(Clone, Debug)]
pub struct ProcessUse {
    /// Its name, as scenarios use it and as it is deployed on the target.
    pub name: Spanned<String>,
    /// Its BPMN file, relative to the project's root.
    pub file: Spanned<String>,
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
}

impl Default for Defaults {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), scenario_timeout: Duration::from_secs(15 * 60), jobs: None }
    }
}

impl Settings {
    /// Reads a settings file.
    pub fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let node = yaml::parse(sources, file, found)?;
        let mut fields = Fields::of(&node, "the settings", found)?;
        fields.required("flowproof", found).and_then(|node| node.integer("`flowproof`", 1, 1, found));
        let default = fields.text("default", found);
        let environments = entries(fields.optional("environments"), "`environments`", found);
        let environments: Vec<Environment> = environments
            .iter()
            .filter_map(|entry| Environment::read(&entry.key, &entry.value, sources, found))
            .collect();
        let catalogues = entries(fields.optional("catalogues"), "`catalogues`", found);
        let catalogues = catalogues.iter().filter_map(|entry| {
            let file = entry.value.text("a catalogue", found)?;
            Some((entry.key.clone(), (file.value != "embedded").then_some(file)))
        });
        let catalogues = catalogues.collect();
        let processes = entries(fields.optional("processes"), "`processes`", found);
        let processes = processes.iter().filter_map(|entry| {
            let file = entry.value.text("a process", found)?;
            Some(ProcessUse { name: entry.key.clone(), file })
        });
        let processes = processes.collect();
        let defaults = fields.optional("defaults").and_then(|node| Defaults::read(node, found)).unwrap_or_default();
        fields.finish(found);
        let settings = Self { environments, default, catalogues, processes, defaults };
        if let Some(default) = settings.default.as_ref().filter(|name| settings.environment(&name.value).is_none()) {
            let names = settings.environments.iter().map(|environment| environment.name.value.as_str());
            let one = Diagnostic::new(Id::UNKNOWN_ENVIRONMENT, format!("there is no environment `{}`", default.value));
            found.push(one.at(default.span).help_if(suggest(&default.value, names)));
        }
        Some(settings)
    }

    /// The environment of a name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.value == name)
    }
}

impl Defaults {
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of(node, "`defaults`", found)?;
        let mut defaults = Self::default();
        if let Some(timeout) = fields.optional("timeout").and_then(|node| node.duration("`timeout`", found)) {
            defaults.timeout = timeout.value;
        }
        let scenario = fields.optional("scenario-timeout");
        if let Some(timeout) = scenario.and_then(|node| node.duration("`scenario-timeout`", found)) {
            defaults.scenario_timeout = timeout.value;
        }
        defaults.jobs = fields.integer("jobs", 1, 10_000, found).map(|jobs| jobs.value as usize);
        fields.finish(found);
        Some(defaults)
    }
}

fn entries<'a>(node: Option<&'a Node>, what: &str, found: &mut Diagnostics) -> &'a [yaml::Entry] {
    node.and_then(|node| node.mapping(what, found)).unwrap_or_default()
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
