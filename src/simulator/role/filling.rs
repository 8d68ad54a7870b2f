use serde_json::{Map, Value};

use super::walk::Failing;
use crate::catalogue::variable;
use crate::catalogue::{Activity, Failure, FormUse};
use crate::process::Node;
use crate::simulator::world::World;

/// Judges what is filled into the form that an element shows, and puts in its place what the form makes of it. A form that
/// nobody uploaded takes everything.
pub fn fill_in(
    world: &mut World,
    index: usize,
    (activity, node): (&Activity, &Node),
    failures: &[Failure],
    locals: &mut Map<String, Value>,
) -> Option<Failing> {
    let form = activity.simulated.form.as_ref()?;
    let (name, subject) = (&activity.name.value, &node.id);
    let execution = world.instances[index].execution.as_ref()?;
    let input = |name: &String| execution.inputs().get(name).filter(|value| !value.is_null());
    if form.read_only.as_ref().and_then(input).is_some_and(variable::is_true) {
        locals.shift_remove(&form.values);
        return None;
    }
    let version = form.version.as_ref().and_then(input).and_then(|version| variable::text(version).trim().parse().ok());
    let definition = world.setup.shelves.form(&world.id, &variable::text(input(&form.name)?), version)?;
    let program = &world.instances[index].program;
    let language = program.language().unwrap_or(&world.setup.catalogue().session.simulated.language);
    let given = locals.get(&form.values).and_then(Value::as_object).cloned().unwrap_or_default();
    let limit: Option<u64> =
        form.limit.as_ref().and_then(input).and_then(|limit| variable::text(limit).trim().parse().ok());
    let judged = definition.judge(&given, language);
    let memory = &mut world.instances[index].memory;
    let problems = match judged {
        Ok(values) => {
            memory.succeed(name, subject);
            locals.insert(form.values.clone(), Value::Object(values));
            return None;
        }
        Err(problems) => problems,
    };
    let exceeded = limit.is_some_and(|limit| memory.attempt(name, subject) >= limit);
    Some(failing(form, exceeded, failures, problems))
}

/// How the element fails of these problems.
fn failing(form: &FormUse, exceeded: bool, failures: &[Failure], problems: Map<String, Value>) -> Failing {
    let outcome = form.exceeded.as_ref().filter(|_| exceeded).unwrap_or(&form.invalid);
    let failure = failures.iter().find(|failure| failure.name.value == outcome.value);
    let told: Vec<String> = problems.iter().map(|(name, why)| format!("{name}: {}", variable::text(why))).collect();
    Failing {
        error: failure.and_then(|failure| failure.error.clone()),
        code: failure.and_then(|failure| failure.codes.first().copied()),
        message: Some(told.join("; ")),
        problems,
    }
}
