use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body;
use super::bound::MAX_WORLD_ID;
use super::server::Simulator;
use crate::process::MoveKind;
use crate::script::{Entry, Script};
use crate::yaml;

/// The path that proves that a target is a simulator. The control API stands below it.
pub const HANDSHAKE: &str = "/_flowproof";
/// The version of the control API.
pub const VERSION: u64 = 1;
/// The header that chooses the world; without it, the world `default` is meant.
pub const WORLD_HEADER: &str = "x-flowproof-world";

const DEFAULT_WORLD: &str = "default";

/// An answer of the control API.
pub type Controlled = (StatusCode, Value);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Introduction {
    scenario: String,
    attempt: u32,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    #[serde(default)]
    keep_definitions: bool,
    #[serde(default)]
    moves: Moves,
}

/// Which moves are told.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Moves {
    #[default]
    All,
    Short,
    Incidents,
}

/// The world that a header value names.
///
/// # Errors
/// It is no id of a world.
pub fn world_id(header: Option<&[u8]>) -> Result<&str, Controlled> {
    let Some(id) = header else { return Ok(DEFAULT_WORLD) };
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let fits = (1..=MAX_WORLD_ID).contains(&id.len()) && id.iter().all(legal);
    str::from_utf8(id).ok().filter(|_| fits).ok_or_else(|| {
        let what = format!("`{WORLD_HEADER}` must be 1 to {MAX_WORLD_ID} letters, digits, `.`, `_` or `-`");
        problem(StatusCode::BAD_REQUEST, what)
    })
}

/// Whether a path belongs to the control API.
pub fn is_control(path: &str) -> bool {
    path.strip_prefix(HANDSHAKE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request of the control API.
pub fn answer(simulator: &Simulator, world: &str, method: &Method, path: &str, text: &[u8]) -> Controlled {
    let expected = match path.strip_prefix(HANDSHAKE).unwrap_or_default() {
        "" | "/" => Method::GET,
        "/scenario" | "/script" | "/next" | "/clock" | "/close" => Method::POST,
        _ => return problem(StatusCode::NOT_FOUND, format!("the control API has no `{path}`")),
    };
    if *method != expected {
        return problem(StatusCode::METHOD_NOT_ALLOWED, format!("`{path}` takes {expected}"));
    }
    let done = match path.strip_prefix(HANDSHAKE).unwrap_or_default() {
        "/scenario" => introduce(simulator, world, text),
        "/script" => script(simulator, world, text),
        "/next" => next(simulator, world, text),
        "/clock" => clock(simulator, world, text),
        "/close" => close(simulator, world, text),
        _ => Ok(simulator.handshake()),
    };
    done.map_or_else(|refused| refused, |value| (StatusCode::OK, value))
}

fn introduce(simulator: &Simulator, world: &str, text: &[u8]) -> Result<Value, Controlled> {
    let Introduction { scenario, attempt } = body::json(text).map_err(bad)?;
    simulator.with(world, |world| world.introduce(scenario, attempt))?;
    Ok(json!({}))
}

fn script(simulator: &Simulator, world: &str, text: &[u8]) -> Result<Value, Controlled> {
    let script: Script = body::json(text).map_err(bad)?;
    simulator.with(world, |world| world.tell(script))?.map_err(|problems| bad(problems.join("; ")))?;
    Ok(json!({}))
}

fn next(simulator: &Simulator, world: &str, text: &[u8]) -> Result<Value, Controlled> {
    let entries: Vec<Entry> = body::json(text).map_err(bad)?;
    simulator.with(world, |world| world.tell_next(entries))?.map_err(|problems| bad(problems.join("; ")))?;
    Ok(json!({}))
}

fn clock(simulator: &Simulator, world: &str, text: &[u8]) -> Result<Value, Controlled> {
    let Advance { advance } = body::json(text).map_err(bad)?;
    let by = yaml::parse_duration(&advance).map_err(|problem| bad(format!("`advance`: {problem}")))?;
    let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
    let now = simulator.with(world, |world| world.advance(by))?.map_err(bad)?;
    Ok(json!({ "now": super::clock::written(now) }))
}

fn close(simulator: &Simulator, world: &str, text: &[u8]) -> Result<Value, Controlled> {
    let close: Close =
        if text.iter().all(u8::is_ascii_whitespace) { Close::default() } else { body::json(text).map_err(bad)? };
    let mut closing = simulator.close(world);
    match close.moves {
        Moves::All => {}
        Moves::Short => closing.shorten(),
        Moves::Incidents => closing.moves.retain(|moved| matches!(moved.kind, MoveKind::Incident { .. })),
    }
    if !close.keep_definitions {
        simulator.forget_definitions(world);
    }
    Ok(json!(closing))
}

fn bad(what: String) -> Controlled {
    problem(StatusCode::BAD_REQUEST, what)
}

/// A problem as the control API says it.
pub fn problem(status: StatusCode, what: String) -> Controlled {
    (status, json!({ "error": what }))
}
