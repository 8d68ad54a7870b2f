use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::compose;
use crate::catalogue::{DefinitionKind, WireAnswer};
use crate::process::Definition;
use crate::simulator::body;
use crate::simulator::bound::MAX_DEFINITION_BYTES;
use crate::simulator::clock;
use crate::simulator::form::Form;
use crate::simulator::library::{Content, Published};
use crate::simulator::program::Program;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World, param_text};
use crate::source::Sources;

/// Takes a definition, as a new version under its name.
pub fn create(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let given = call.params.iter().filter_map(|(name, value)| Some((name.clone(), value.as_json()?.clone())));
    let mut fields: Map<String, Value> = given.collect();
    let name = named(call, "name")?;
    let file = call.params.values().find_map(|value| value.as_file());
    let file = Arc::clone(&file.ok_or_else(|| Refusal::because(Reason::Invalid, "there is no file"))?.bytes);
    if file.len() > MAX_DEFINITION_BYTES {
        return Err(Refusal::because(
            Reason::Invalid,
            format!("a definition has {MAX_DEFINITION_BYTES} bytes at most"),
        ));
    }
    let kind = kind(call)?;
    let setup = Arc::clone(&world.setup);
    let shipped = kind == DefinitionKind::Process && setup.programs.iter().any(|program| program.name == name);
    let before = setup.shelves.latest(&world.id, kind, &name).map_or(u64::from(shipped), |latest| latest.version);
    let (id, version) = (world.identifier(), before + 1);
    let content = match kind {
        DefinitionKind::Process => process(&file).map(|definition| {
            Content::Process(Arc::new(Program::new(id.clone(), name.clone(), version, definition, setup.catalogue())))
        }),
        DefinitionKind::Form => form(world, &file).map(|form| Content::Form(Arc::new(form))),
    };
    let content = content.map_err(|problem| Refusal::because(Reason::Invalid, problem))?;
    let deployed = call.exchange.means.get("deployed").is_some_and(|(name, value)| fields.get(name) == Some(value));
    fields.insert("created".to_owned(), clock::written(world.now_ms).into());
    let published = Published { id, name, version, fields, file, content, deployed };
    let answer = tell(world, call, "created", &published)?;
    setup.shelves.put(&world.id, published).map_err(|bound| Refusal::because(Reason::Invalid, bound))?;
    Ok(answer)
}

/// Lets a definition be used; one that can be used already stays as it is.
pub fn deploy(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let id = named(call, "definition")?;
    let published = world.setup.shelves.deploy(&world.id, kind(call)?, &id).ok_or(Reason::UnknownDefinition)?;
    tell(world, call, "deployed", &published)
}

/// Tells the latest version under a name, or that there is none.
pub fn find(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let name = named(call, "name")?;
    match world.setup.shelves.latest(&world.id, kind(call)?, &name) {
        Some(published) => tell(world, call, "found", &published),
        None => {
            let object = Map::from_iter([("total".to_owned(), Value::from(0))]);
            let scope = compose::with_fields(compose::scope(world, call), &object);
            compose::write(call, "found", object, scope)
        }
    }
}

/// Gives a definition back.
pub fn read(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let id = named(call, "definition")?;
    let published = world.setup.shelves.by_id(&world.id, kind(call)?, &id).ok_or(Reason::UnknownDefinition)?;
    tell(world, call, "found", &published)
}

/// What can be told of a definition.
fn tell(world: &World, call: &Call<'_>, answer: &str, published: &Published) -> Result<WireAnswer, Refusal> {
    let mut object = published.fields.clone();
    let told = call.exchange.answer(answer).map_or(&[][..], |answer| &answer.fields);
    let tells = |name: &str| told.iter().any(|field| field.name.value == name);
    // A whole file is written only where it is asked for.
    if tells("file") {
        object.insert("file".to_owned(), BASE64_STANDARD.encode(&published.file).into());
    }
    if tells("text") {
        object.insert("text".to_owned(), String::from_utf8_lossy(&published.file).into());
    }
    object.extend([
        ("id".to_owned(), published.id.as_str().into()),
        ("name".to_owned(), published.name.as_str().into()),
        ("version".to_owned(), published.version.into()),
        ("total".to_owned(), published.version.into()),
        ("deployed".to_owned(), published.deployed.into()),
        ("tenant".to_owned(), world.setup.catalogue().session.simulated.tenant.as_str().into()),
    ]);
    let scope = compose::with_fields(compose::scope(world, call), &object);
    compose::write(call, answer, object, scope)
}

/// Of what the exchange deals; a catalogue that does not say it is not read.
fn kind(call: &Call<'_>) -> Result<DefinitionKind, Refusal> {
    call.exchange.of.ok_or_else(|| Reason::NotFound.into())
}

/// A parameter that must name something.
fn named(call: &Call<'_>, parameter: &str) -> Result<String, Refusal> {
    let name = call.params.get(parameter).map(param_text).filter(|name| !name.is_empty());
    name.ok_or_else(|| Refusal::because(Reason::Invalid, format!("`{parameter}` is missing")))
}

/// # Errors
/// The first thing that is wrong with it.
fn process(file: &[u8]) -> Result<Arc<Definition>, String> {
    let text = str::from_utf8(file).map_err(|_| "the process is no UTF-8".to_owned())?;
    let mut sources = Sources::new();
    let file = sources.add("process.bpmn", text);
    let (definition, found) = Definition::read(&sources, file);
    match definition {
        Some(definition) if !found.has_errors() => Ok(Arc::new(definition)),
        _ => {
            let first = found.iter().next().map(|one| one.message.clone());
            Err(first.unwrap_or_else(|| "the process cannot be read".to_owned()))
        }
    }
}

/// # Errors
/// What is wrong with it.
fn form(world: &World, file: &[u8]) -> Result<Form, String> {
    let wire = world.setup.catalogue().wire.forms.as_ref();
    let wire = wire.ok_or_else(|| "the catalogue does not say how forms are written".to_owned())?;
    Form::read(&body::json(file)?, wire)
}
