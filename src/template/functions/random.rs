use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};
use rand::RngExt;

use super::engine::{failed, namespace};
use crate::template::scope::Effects;

/// Most characters of one `random.digits` or `random.hex`.
const MAX_COUNT: usize = 10_000;

/// Items of a list that cost one unit of work.
const ITEMS_PER_FUEL: u64 = 16;

pub(super) fn random() -> Value {
    namespace([
        ("int", Value::from_function(int)),
        ("choice", Value::from_function(choice)),
        ("bool", Value::from_function(boolean)),
        ("digits", Value::from_function(digits)),
        ("hex", Value::from_function(hex)),
    ])
}

pub(super) fn uuid(state: &State, options: Kwargs) -> Result<String, Error> {
    let seeded: Option<bool> = options.get("seeded")?;
    options.assert_all_used()?;
    let effects = Effects::of(state)?;
    let id = match seeded {
        Some(true) => uuid::Builder::from_random_bytes(effects.generator().random()).into_uuid(),
        _ => (effects.ids)(),
    };
    Ok(id.to_string())
}

fn int(state: &State, min: i64, max: i64) -> Result<i64, Error> {
    if min > max {
        return Err(failed(format!("`random.int` needs a minimum below its maximum, not {min} and {max}")));
    }
    Ok(Effects::of(state)?.generator().random_range(min..=max))
}

fn choice(state: &State, list: &Value) -> Result<Value, Error> {
    let items: Vec<Value> = list.try_iter()?.collect();
    state.consume_fuel(items.len() as u64 / ITEMS_PER_FUEL)?;
    if items.is_empty() {
        return Err(failed("`random.choice` needs a list with something in it"));
    }
    let at = Effects::of(state)?.generator().random_range(0..items.len());
    Ok(items[at].clone())
}

fn boolean(state: &State) -> Result<bool, Error> {
    Ok(Effects::of(state)?.generator().random())
}

fn digits(state: &State, count: usize) -> Result<String, Error> {
    characters(state, count, b"0123456789")
}

fn hex(state: &State, count: usize) -> Result<String, Error> {
    characters(state, count, b"0123456789abcdef")
}

fn characters(state: &State, count: usize, alphabet: &[u8]) -> Result<String, Error> {
    if count > MAX_COUNT {
        return Err(failed(format!("at most {MAX_COUNT} characters can be made at once, not {count}")));
    }
    let mut generator = Effects::of(state)?.generator();
    Ok((0..count).map(|_| char::from(alphabet[generator.random_range(0..alphabet.len())])).collect())
}
