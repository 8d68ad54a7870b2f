use std::collections::BTreeSet;

use super::Surroundings;
use crate::catalogue::{Activity, Catalogue};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::{Promise, StepExpectation};

/// Checks the names by which an expectation means what the catalogue reads of an answer.
pub(super) fn of_answer(
    activity: &Activity,
    expect: &StepExpectation,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    let (Some(catalogue), Some(answer)) = (around.catalogue, &expect.answer) else { return };
    let fields = fields(activity, catalogue);
    for name in answer.members().filter(|name| !fields.contains(name.value.as_str())) {
        let message = format!("the catalogue reads no `{}` of what `{}` answers", name.value, activity.name.value);
        let one = Diagnostic::new(Id::UNKNOWN_FIELD, message).at(name.span);
        found.push(one.meant(name.span, name, fields.iter().copied()));
    }
}

/// Checks the state in which an instance is expected to be.
pub(super) fn of_instance(instance: Option<&Promise>, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let (Some(catalogue), Some(instance)) = (around.catalogue, instance) else { return };
    let session = &catalogue.session;
    let states = || session.states.0.values().chain(&session.final_states).map(String::as_str);
    if states().next().is_none() {
        return;
    }
    for state in instance.matcher.listed().into_iter().filter_map(|state| state.as_str()) {
        if !states().any(|known| known == state) {
            let message = format!("the catalogue knows no state `{state}`");
            let one = Diagnostic::new(Id::UNKNOWN_STATE, message).at(instance.matcher.span());
            found.push(one.meant(instance.matcher.span(), state, states().collect::<BTreeSet<_>>()));
        }
    }
}

/// The names of what is read of the answers of an activity, and of refusals.
fn fields<'a>(activity: &Activity, catalogue: &'a Catalogue) -> BTreeSet<&'a str> {
    let exchanges = activity.requests.iter().filter_map(|request| catalogue.wire.exchange(&request.exchange));
    let answers = exchanges.flat_map(|exchange| &exchange.answers).flat_map(|answer| &answer.fields);
    let names = answers.chain(&catalogue.wire.error_fields).map(|field| field.name.value.as_str());
    // What stands inside of a field is read with it.
    names.map(|name| name.split('.').next().unwrap_or(name)).collect()
}
