use std::collections::HashSet;

use super::Call;
use crate::process::expression::Map;

/// The name that expressions have for what runs them.
const EXECUTION: &str = "execution";

impl Call<'_> {
    /// The names that the element's own output mapping reads and that nothing gives: not its inputs, its results, the process,
    /// what is about to be written (`names`) or an earlier output. Reading one of them would be an incident.
    pub fn unset(&self, locals: &Map, names: &HashSet<&str>) -> Vec<String> {
        let mut unset = Vec::new();
        let mut written = HashSet::from([EXECUTION]);
        for output in &self.node.outputs {
            let given = |name: &String| {
                written.contains(name.as_str())
                    || names.contains(name.as_str())
                    || [locals, self.inputs, self.variables].iter().any(|variables| variables.contains_key(name))
            };
            unset.extend(output.value.names_read().into_iter().filter(|name| !given(name)));
            written.insert(output.name.as_str());
        }
        unset
    }
}
