use minijinja::value::Value;
use minijinja::{Error, State};

use super::engine::failed;
use super::text::BYTES_PER_FUEL;
use crate::template::scope::Effects;

/// What stands in a file: text if it is UTF-8, else bytes, which are to be encoded.
pub(super) fn file(state: &State, path: &str) -> Result<Value, Error> {
    let effects = Effects::of(state)?;
    let Some(read) = &effects.files else {
        return Err(failed("files cannot be read here"));
    };
    let bytes = read(path).map_err(failed)?;
    state.consume_fuel(bytes.len() as u64 / BYTES_PER_FUEL)?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(text) => Value::from(text),
        Err(_) => Value::from_bytes(bytes.to_vec()),
    })
}
