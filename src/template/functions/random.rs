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
        ("letters", Value::from_function(letters)),
        ("text", Value::from_function(text)),
        ("float", Value::from_function(float)),
        ("shuffle", Value::from_function(shuffle)),
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

fn letters(state: &State, count: usize) -> Result<String, Error> {
    characters(state, count, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

/// Characters of the author's choice.
fn text(state: &State, count: usize, alphabet: &str) -> Result<String, Error> {
    let alphabet: Vec<char> = alphabet.chars().collect();
    if alphabet.is_empty() {
        return Err(failed("`random.text` needs characters to choose from"));
    }
    bounded(count)?;
    let mut generator = Effects::of(state)?.generator();
    Ok((0..count).map(|_| alphabet[generator.random_range(0..alphabet.len())]).collect())
}

fn float(state: &State, min: f64, max: f64) -> Result<f64, Error> {
    if !(min.is_finite() && max.is_finite() && min < max) {
        return Err(failed(format!("`random.float` needs a minimum below its maximum, not {min} and {max}")));
    }
    Ok(Effects::of(state)?.generator().random_range(min..max))
}

fn shuffle(state: &State, list: &Value) -> Result<Vec<Value>, Error> {
    let mut items: Vec<Value> = list.try_iter()?.collect();
    state.consume_fuel(items.len() as u64 / ITEMS_PER_FUEL)?;
    let mut generator = Effects::of(state)?.generator();
    for last in (1..items.len()).rev() {
        items.swap(last, generator.random_range(0..=last));
    }
    Ok(items)
}

fn bounded(count: usize) -> Result<(), Error> {
    if count > MAX_COUNT {
        return Err(failed(format!("at most {MAX_COUNT} characters can be made at once, not {count}")));
    }
    Ok(())
}

fn characters(state: &State, count: usize, alphabet: &[u8]) -> Result<String, Error> {
    bounded(count)?;
    let mut generator = Effects::of(state)?.generator();
    Ok((0..count).map(|_| char::from(alphabet[generator.random_range(0..alphabet.len())])).collect())
}
