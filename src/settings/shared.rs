use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::scenario::Variable;
use crate::source::Sources;
use crate::yaml::{Form, ID, Key, Names, Shaped};

/// Values that all scenarios and fragments of a project see.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Read as `vars.NAME`, where a file has no variable of the name itself.
    pub vars: Vec<Variable>,
    /// Read as `secrets.NAME` by scenarios.
    pub secrets: Vec<Variable>,
}

const NAMED_VALUES: Form = Form::Map(Names::Like(&ID), &Form::Any);
pub(super) const VARS: Key = Key::new(
    "vars",
    NAMED_VALUES,
    "named values that all scenarios and fragments read as `vars.NAME`; a scenario's own variable of the name is another",
)
.such_as(&["{ country: us, applicant: \"{{ fake.name() }}\" }"]);
pub(super) const SECRETS: Key =
    Key::new("secrets", NAMED_VALUES, "named values that no output shows, which scenarios read as `secrets.NAME`")
        .such_as(&["{ partner: \"{{ env.PARTNER_TOKEN }}\" }"]);
pub(super) const REPLACED: Key =
    Key::new("vars", NAMED_VALUES, "values that variables of the settings have instead of their own")
        .such_as(&["{ country: de }"]);

/// What templates of the settings' variables can read.
const ROOTS: [&str; 3] = ["vars", "env", "run"];

impl Shared {
    pub(super) fn read(fields: &Shaped<'_>, sources: &Sources, found: &mut Diagnostics) -> Self {
        let shared = Self {
            vars: Variable::read_of(fields, "vars", sources, found),
            secrets: Variable::read_of(fields, "secrets", sources, found),
        };
        for secret in shared.secrets.iter().filter(|secret| secret.value.as_literal().is_some()) {
            let message = format!("the secret `{}` stands in the file in clear", secret.name.value);
            let one = Diagnostic::new(Id::CLEAR_SECRET, message).at(secret.value.span());
            found.push(one.help("take it from the environment: \"{{ env.NAME }}\""));
        }
        shared.check(&shared.vars, found);
        shared.check(&shared.secrets, found);
        shared.check_cycles(&[], found);
        shared
    }

    /// The names of the variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.vars.iter().map(|variable| variable.name.value.as_str())
    }

    /// Checks the values that an environment or a profile gives instead.
    pub(super) fn check_replaced(&self, replaced: &[Variable], found: &mut Diagnostics) {
        for variable in replaced.iter().filter(|variable| !self.names().any(|name| name == variable.name.value)) {
            let name = &variable.name.value;
            let one =
                Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("the settings have no variable `{name}` to replace"));
            let help = suggest(name, self.names()).filter(|help| help.starts_with("did you mean"));
            let help = help
                .unwrap_or_else(|| "give it a value under `vars` of the settings, which holds elsewhere".to_owned());
            found.push(one.at(variable.name.span).help(help));
        }
        self.check(replaced, found);
        self.check_cycles(replaced, found);
    }

    /// These, and other values for some of them; what comes first wins.
    pub fn replaced(&self, by: &[&[Variable]]) -> Self {
        let find = |name: &str| by.iter().find_map(|layer| layer.iter().find(|variable| variable.name.value == name));
        let vars = self.vars.iter().map(|own| find(&own.name.value).unwrap_or(own).clone()).collect();
        Self { vars, secrets: self.secrets.clone() }
    }

    /// Reports what cannot be read where variables of the settings are evaluated.
    fn check(&self, variables: &[Variable], found: &mut Diagnostics) {
        for reference in variables.iter().flat_map(|variable| variable.value.references()) {
            let root = reference.path[0].as_str();
            if !ROOTS.contains(&root) {
                let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("`{root}` is not there in the settings"));
                found.push(one.at(reference.span).help("they see `vars` of the settings, `env` and `run`"));
            } else if root == "vars"
                && let Some(name) = reference.path.get(1).filter(|name| !self.names().any(|known| known == *name))
            {
                let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("the settings have no variable `{name}`"));
                found.push(one.at(reference.span).help_if(suggest(name, self.names())));
            }
        }
    }

    /// Reports variables that are made of themselves once some are replaced; without any, those that are so already.
    fn check_cycles(&self, replaced: &[Variable], found: &mut Diagnostics) {
        let all = self.replaced(&[replaced]).vars;
        let told: &[Variable] = if replaced.is_empty() { &self.vars } else { replaced };
        for variable in told {
            let (mut reached, mut open) = (BTreeSet::new(), vec![&variable.value]);
            while let Some(value) = open.pop() {
                let names = value.references().iter().filter(|reference| reference.path[0] == "vars");
                for name in names.filter_map(|reference| reference.path.get(1)) {
                    let made_of = all.iter().find(|other| &other.name.value == name);
                    if let Some(other) = made_of.filter(|_| reached.insert(name.as_str())) {
                        open.push(&other.value);
                    }
                }
            }
            if reached.contains(variable.name.value.as_str()) {
                let message = format!("the variable `{}` is made of itself", variable.name.value);
                found.push(Diagnostic::new(Id::CYCLIC_VARIABLE, message).at(variable.name.span));
            }
        }
    }
}
