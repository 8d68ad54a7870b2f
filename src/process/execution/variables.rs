use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Execution;
use super::token::{FrameId, TokenId, Tokens};
use crate::process::expression::{Map, Scope};

/// Most segments of a path.
const MAX_SEGMENTS: usize = 32;

/// Why a dotted path cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum WriteError {
    /// The path has an empty segment or too many.
    #[error("`{path}` is not a path of 1 to 32 names with dots between them")]
    Path {
        /// The path.
        path: String,
    },
    /// A list on the way has no such place; the place after the last one may be written.
    #[error("`{path}`: `{segment}` is no index from 0 to {length} of the list")]
    List {
        /// The path.
        path: String,
        /// The segment.
        segment: String,
        /// The length of the list.
        length: usize,
    },
    /// A value on the way is neither null nor a map nor a list. It is not replaced, since that would hide a typing error.
    #[error("`{path}`: there is a plain value before `{segment}`, which has no members")]
    Scalar {
        /// The path.
        path: String,
        /// The segment.
        segment: String,
    },
}

/// Writes a value to a dotted path such as `idv.config.bypass` or `pages.0.side`. What is missing or null on the way
/// becomes a map; an index may replace an item of a list or add one at its end; the last segment replaces whatever is
/// there. Nothing is changed if it fails.
///
/// # Errors
/// If the path is malformed, an index is out of bounds, or a plain value stands on the way.
pub fn write(variables: &mut Map, path: &str, value: Value) -> Result<(), WriteError> {
    let segments: Vec<&str> = path.split('.').collect();
    if segments.len() > MAX_SEGMENTS || segments.iter().any(|segment| segment.is_empty()) {
        return Err(WriteError::Path { path: path.to_owned() });
    }
    let (root, rest) = (segments[0], &segments[1..]);
    check(variables.get(root), rest, path)?;
    let mut place = variables.entry(root).or_insert(Value::Null);
    for segment in rest {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Array(list) => {
                let index = index(segment, list.len()).unwrap_or(list.len());
                if index == list.len() {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
            Value::Object(map) => map.entry(*segment).or_insert(Value::Null),
            // `check` has passed, so this is a map or list.
            scalar => scalar,
        };
    }
    *place = value;
    Ok(())
}

fn check(mut place: Option<&Value>, segments: &[&str], path: &str) -> Result<(), WriteError> {
    for segment in segments {
        place = match place {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Object(map)) => map.get(*segment),
            Some(Value::Array(list)) => match index(segment, list.len()) {
                Some(index) => list.get(index),
                None => {
                    let (path, segment) = (path.to_owned(), (*segment).to_owned());
                    return Err(WriteError::List { path, segment, length: list.len() });
                }
            },
            Some(_) => {
                return Err(WriteError::Scalar { path: path.to_owned(), segment: (*segment).to_owned() });
            }
        };
    }
    Ok(())
}

fn index(segment: &str, length: usize) -> Option<usize> {
    segment.parse().ok().filter(|index| *index <= length)
}

/// Writes all or nothing.
fn write_all(variables: &mut Map, writes: Vec<(String, Value)>) -> Result<(), WriteError> {
    if writes.is_empty() {
        return Ok(());
    }
    let mut changed = variables.clone();
    for (path, value) in writes {
        write(&mut changed, &path, value)?;
    }
    *variables = changed;
    Ok(())
}

/// The variables of an execution: those of the process, and the local ones of subprocesses and of activities done more than once.
impl Execution {
    /// Evaluates something in a frame: over local variables, those around the frame, and those of the process.
    pub(super) fn see<R>(&self, frame: FrameId, locals: &Map, evaluate: impl FnOnce(Scope<'_>) -> R) -> R {
        let variables = &self.variables;
        if frame == Tokens::PROCESS {
            return evaluate(Scope { locals, variables });
        }
        let mut seen = Map::new();
        let around: Vec<&Map> = self.tokens.holders(frame).map(|(_, token)| &token.locals).collect();
        for inner in around.into_iter().rev().chain([locals]) {
            seen.extend(inner.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        evaluate(Scope { locals: &seen, variables })
    }

    /// Writes a variable where it is known, from the frame outwards; one that is new becomes a variable of the process.
    pub(super) fn put(&mut self, frame: FrameId, name: &str, value: Value) {
        let owner = self.owner(frame, name).and_then(|holder| self.tokens.get_mut(holder));
        owner.map_or(&mut self.variables, |holder| &mut holder.locals).insert(name.to_owned(), value);
    }

    /// Removes a variable where it is known.
    pub(super) fn forget(&mut self, frame: FrameId, name: &str) {
        let owner = self.owner(frame, name).and_then(|holder| self.tokens.get_mut(holder));
        owner.map_or(&mut self.variables, |holder| &mut holder.locals).shift_remove(name);
    }

    /// Writes to dotted paths, all or nothing.
    pub(super) fn set(&mut self, frame: FrameId, set: Vec<(String, Value)>) -> Result<(), WriteError> {
        let root = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
        let mut changed: BTreeMap<TokenId, Map> = BTreeMap::new();
        let mut of_process = Vec::new();
        for (path, value) in set {
            let owner = self.owner(frame, &root(&path)).and_then(|id| Some((id, self.tokens.get(id)?)));
            match owner {
                Some((id, holder)) => write(changed.entry(id).or_insert_with(|| holder.locals.clone()), &path, value)?,
                None => of_process.push((path, value)),
            }
        }
        write_all(&mut self.variables, of_process)?;
        for (id, locals) in changed {
            if let Some(holder) = self.tokens.get_mut(id) {
                holder.locals = locals;
            }
        }
        Ok(())
    }

    fn owner(&self, frame: FrameId, name: &str) -> Option<TokenId> {
        let mut around = self.tokens.holders(frame);
        around.find(|(_, holder)| holder.locals.contains_key(name)).map(|(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(before: Value, path: &str, value: Value) -> Result<Value, WriteError> {
        let Value::Object(mut map) = before else { panic!("a map is needed") };
        let kept = map.clone();
        let result = write(&mut map, path, value);
        if result.is_err() {
            assert_eq!(map, kept, "a failed write changes nothing");
        }
        result.map(|()| Value::Object(map))
    }

    #[test]
    fn missing_and_null_become_maps() {
        assert_eq!(written(json!({}), "a.b.c", json!(1)), Ok(json!({"a": {"b": {"c": 1}}})));
        assert_eq!(written(json!({"a": null}), "a.b", json!(1)), Ok(json!({"a": {"b": 1}})));
        assert_eq!(written(json!({"a": {"x": 1}}), "a.b", json!(2)), Ok(json!({"a": {"x": 1, "b": 2}})));
        assert_eq!(written(json!({"a": {"x": 1}}), "a", json!(2)), Ok(json!({"a": 2})), "the last one is replaced");
    }

    #[test]
    fn lists_are_written_in_place_or_grow_by_one() {
        assert_eq!(written(json!({"a": [1, 2]}), "a.1", json!(3)), Ok(json!({"a": [1, 3]})));
        assert_eq!(written(json!({"a": [1]}), "a.1.b", json!(3)), Ok(json!({"a": [1, {"b": 3}]})));
        for segment in ["3", "-1", "b", "99999999999999999999"] {
            let found = written(json!({"a": [1, 2]}), &format!("a.{segment}"), json!(3));
            assert!(matches!(found, Err(WriteError::List { length: 2, .. })), "{segment}: {found:?}");
        }
    }

    #[test]
    fn plain_values_on_the_way_and_malformed_paths_are_refused() {
        assert!(matches!(written(json!({"a": "x"}), "a.b", json!(1)), Err(WriteError::Scalar { .. })));
        assert!(matches!(written(json!({"a": {"b": 0}}), "a.b.c", json!(1)), Err(WriteError::Scalar { .. })));
        for path in ["", "a..b", ".a", "a."] {
            assert!(matches!(written(json!({}), path, json!(1)), Err(WriteError::Path { .. })), "{path}");
        }
        let deep = vec!["a"; MAX_SEGMENTS + 1].join(".");
        assert!(matches!(written(json!({}), &deep, json!(1)), Err(WriteError::Path { .. })));
    }
}
