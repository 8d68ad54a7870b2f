use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalogue::{Attempts, Behaviour, variable};
use crate::process::expression::{Map, Scope};
use crate::process::{Deeds, Knowledge, Node};

impl super::Map {
    /// What the catalogue says that the elements of the definition do with variables and errors.
    pub fn knowledge(&self) -> Knowledge {
        let nodes = self.definition().nodes().iter().filter(|node| node.is_task());
        let deeds = nodes.map(|node| (node.index, self.deeds(node)));
        Knowledge { deeds: deeds.filter(|(_, deeds)| *deeds != Deeds::default()).collect() }
    }

    fn deeds(&self, node: &Node) -> Deeds {
        let mut deeds = Deeds::default();
        if let Some(activity) = self.activity_at(node.index) {
            deeds.writes.extend(roots(&activity.simulated.writes));
        }
        let Some(automatic) = self.automatic_at(node.index) else { return deeds };
        let none = Map::new();
        let given = |name: &String| {
            let input = node.inputs.iter().find(|input| &input.name == name && input.value.is_constant())?;
            input.value.evaluate(Scope { locals: &none, variables: &none }).ok()
        };
        deeds.writes.extend(roots(&automatic.writes));
        // What tells that a limit is exceeded is raised where there is one.
        let never = match &automatic.behaviour {
            Behaviour::Check { attempts: Some(attempts), .. } if !is_limited(node, attempts, &given) => {
                Some(&attempts.exceeded)
            }
            _ => None,
        };
        let failures = automatic.failures.iter().filter(|failure| Some(&failure.name.value) != never);
        deeds.raises.extend(failures.filter_map(|failure| failure.error.clone()));
        match &automatic.behaviour {
            Behaviour::Counter { variable: name } => {
                deeds.counts = given(name).map(|name| variable::text(&name).trim().to_owned());
            }
            Behaviour::Clear { variables } => {
                let listed = given(variables).unwrap_or_default();
                let names = variable::list(&listed).unwrap_or_default();
                deeds.removes.extend(names.iter().map(|name| variable::text(name).trim().to_owned()));
            }
            _ => {}
        }
        deeds
    }
}

/// Whether exceeding a number of attempts can raise an error at an element: it has the limit, and does not say that it does not.
fn is_limited(node: &Node, attempts: &Attempts, given: &dyn Fn(&String) -> Option<Value>) -> bool {
    let has = |name: &str| node.inputs.iter().any(|input| input.name == name);
    let raises = |name: &String| given(name).is_none_or(|value| !variable::is_false(&value));
    has(&attempts.limit) && attempts.raised_if.as_ref().is_none_or(raises)
}

/// The variables that paths begin with; those whose name is composed are not known.
fn roots(writes: &[(String, String)]) -> BTreeSet<String> {
    let first = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
    writes.iter().map(|(path, _)| first(path)).filter(|root| !root.contains('{')).collect()
}
