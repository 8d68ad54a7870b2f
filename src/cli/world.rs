//! The world outside: the clock, randomness, the environment. The only place that asks for them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::template::Ids;

/// The folder that relative paths mean.
pub(super) fn current_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// The environment's variables, those that are text.
pub(super) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The environment as templates see it.
pub(super) fn environment_data() -> Value {
    Value::Object(environment().into_iter().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>())
}

/// The day, in UTC.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A source of fresh ids.
pub(super) fn ids() -> Ids {
    Arc::new(uuid::Uuid::new_v4)
}

/// 128 random bits.
pub(super) fn random() -> u128 {
    uuid::Uuid::new_v4().as_u128()
}
