use std::sync::Arc;

use serde_json::{Map, Value};

use super::block::{BlockEnd, Next, Then};
use super::exchange::text_of;
use super::memory::{Given, Memory};
use super::origin::Origin;
use super::problem::Trouble;
use super::rehearsing::is_unknown;
use super::walker::Walker;
use crate::catalogue::{Input, InputType};
use crate::event::EventKind;
use crate::expect::shown;
use crate::scenario::{Fragment, Step, Use};
use crate::source::Span;
use crate::template::{Template, stream_key};

/// About as many characters of a value that is refused are shown.
const SHOWN: usize = 60;

/// What is put aside while a fragment is done.
pub(super) struct Frame {
    /// The memory of the file that uses it.
    memory: Memory,
    /// The fragment, whose folder its paths are relative to.
    fragment: Arc<Fragment>,
}

impl Walker<'_> {
    /// The folder of the file whose steps are done, with a closing `/`.
    pub(super) fn folder(&self) -> &str {
        self.frames.last().map_or_else(|| self.planned.folder(), |frame| frame.fragment.folder())
    }

    /// Does the steps of a fragment, which see what it is given and nothing else of the one who uses it.
    pub(super) async fn play_fragment(&mut self, step: &Step, one: &Use) -> Result<Next<'static>, Trouble> {
        let Some(fragment) = self.planned.fragments.get(self.folder(), &one.path.value).cloned() else {
            let message = format!("there is no fragment `{}`", one.path.value);
            return Err(Trouble::errored("run/fragment", message).at(&self.run.sources, one.path.span));
        };
        let given = self.given(&fragment, one)?;
        let before = self.problems.len();
        self.enter(&fragment, given);
        let end = self.play_inside(&fragment.steps).await;
        let picked = if end == BlockEnd::Done { self.pick(&fragment, one) } else { Ok(Vec::new()) };
        self.leave();
        let place = self.run.sources.locate(one.path.span);
        for problem in &mut self.problems[before..] {
            problem.notes.push(format!("`{}` is used at {place}", fragment.path));
        }
        match end {
            BlockEnd::Stopped => Ok(Next::PROCEED),
            BlockEnd::Ended => Ok(Next { detour: &[], then: Then::End }),
            BlockEnd::Done => {
                let used = |trouble: Trouble| trouble.note(format!("`{}` is used at {place}", fragment.path));
                self.keep_outputs(step, picked.map_err(used)?, &fragment).await;
                Ok(Next::PROCEED)
            }
        }
    }

    /// Puts the memory of the file that uses a fragment aside.
    pub(super) fn enter(&mut self, fragment: &Arc<Fragment>, given: Vec<Given>) {
        let mut inner = self.memory.inside(given);
        inner.read_files(self.run.reader(fragment.folder()));
        let memory = std::mem::replace(&mut self.memory, inner);
        self.frames.push(Frame { memory, fragment: fragment.clone() });
    }

    /// Goes back to the file that uses the fragment.
    pub(super) fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.memory = frame.memory;
            // The session and the position are everyone's.
            self.show_session();
            self.memory.set_position(self.position().data());
        }
    }

    /// Goes back to the scenario itself, from wherever it was interrupted.
    pub(super) fn leave_all(&mut self) {
        while !self.frames.is_empty() {
            self.leave();
        }
    }

    /// The values of a fragment's inputs, evaluated where it is used.
    pub(super) fn given(&mut self, fragment: &Fragment, one: &Use) -> Result<Vec<Given>, Trouble> {
        self.prepare(one.with.iter().flat_map(|(_, template)| template.references()))?;
        let scope = self.scope();
        let times = self.used.entry(fragment.path.clone()).or_default();
        *times += 1;
        let times = *times;
        let mut given = Vec::new();
        for input in &fragment.inputs {
            let name = &input.name.value;
            let stated = one.with.iter().find(|(other, _)| other.value == *name).map(|(_, template)| template);
            let (value, secret) = match (stated, &input.default) {
                (Some(template), _) => self.evaluate_tracked(template, &scope)?,
                (None, Some(default)) => {
                    // As a variable, in a random stream of its own, which is another each time the fragment is used.
                    let stream = format!("{} {times} {name}", fragment.path);
                    let stream = stream_key(self.run.options.seed, &self.planned.id, &stream);
                    let mut inside = self.memory.inside(Vec::new());
                    self.set_shared(&mut inside, default.references())?;
                    self.evaluate_tracked(default, &inside.scope().stream(stream))?
                }
                (None, None) => (Value::Null, false),
            };
            let place = stated.map_or(one.path.span, Template::span);
            let folder = if stated.is_some() { self.folder() } else { fragment.folder() };
            let value = self.accepted(input, value, secret, folder, place)?;
            if input.secret && !value.is_null() {
                self.journal.hide(name, &[text_of(&value)]);
            }
            if input.personal && !value.is_null() {
                self.journal.redactor.learn_value(name, &text_of(&value));
            }
            let origin = match stated {
                Some(_) => Origin::at("given", place),
                None => Origin::at("as declared", input.name.span),
            };
            given.push(Given { name: name.clone(), value, secret: secret || input.secret, origin });
        }
        Ok(given)
    }

    /// A value that an input takes; files become what stands for them.
    fn accepted(&self, input: &Input, value: Value, secret: bool, folder: &str, place: Span) -> Result<Value, Trouble> {
        if self.rehearsing && value.as_str().is_some_and(is_unknown) {
            return Ok(value);
        }
        let name = &input.name.value;
        let refuse = |message: String| Err(Trouble::errored("run/input", message).at(&self.run.sources, place));
        if value.is_null() {
            return match input.required {
                true => refuse(format!("the input `{name}` is needed, and is given nothing")),
                false => Ok(value),
            };
        }
        if let InputType::File { media, max_bytes } = &input.kind {
            // What an outer fragment was given is a file already.
            let Some(path) = value.as_str() else { return Ok(value) };
            let file = match self.run.files.load(&format!("{folder}{path}")) {
                Ok(file) => file,
                Err(error) => return refuse(error.to_string()),
            };
            if !media.is_empty() && !media.contains(&file.media) {
                return refuse(format!("`{path}` is {}, which the input `{name}` does not take", file.media));
            }
            if file.bytes.len() as u64 > *max_bytes {
                let bytes = file.bytes.len();
                return refuse(format!("`{path}` has {bytes} bytes, and the input `{name}` takes {max_bytes} at most"));
            }
            return Ok(file.describe());
        }
        let told = || if secret { "something secret".to_owned() } else { shown(&value, SHOWN) };
        if let Err(wanted) = input.kind.accepts(&value) {
            return refuse(format!("the input `{name}` {wanted}, not {}", told()));
        }
        if !input.one_of.is_empty() && !input.one_of.iter().any(|one| input.kind.same(one, &value)) {
            let known = Value::Array(input.one_of.clone());
            return refuse(format!("the input `{name}` takes one of {}, not {}", shown(&known, SHOWN), told()));
        }
        Ok(value)
    }

    /// The outputs that are kept, evaluated in the fragment: the name, the value, whether it is secret, and the output.
    fn pick(&mut self, fragment: &Fragment, one: &Use) -> Result<Vec<(String, Value, bool, String)>, Trouble> {
        let mut picked = Vec::new();
        for pick in &one.save {
            let Some(output) = fragment.output(&pick.output.value) else {
                let message = format!("`{}` has no output `{}`", fragment.path, pick.output.value);
                return Err(Trouble::errored("run/fragment", message).at(&self.run.sources, pick.output.span));
            };
            self.prepare(output.value.references())?;
            let scope = self.scope();
            let (value, secret) = self.evaluate_tracked(&output.value, &scope)?;
            picked.push((pick.name.value.clone(), value, secret, pick.output.value.clone()));
        }
        Ok(picked)
    }

    async fn keep_outputs(&mut self, step: &Step, picked: Vec<(String, Value, bool, String)>, fragment: &Fragment) {
        let (mut kept, mut any_secret) = (Map::new(), false);
        for (name, value, secret, output) in picked {
            any_secret |= secret;
            let from = format!("the output `{output}` of `{}`", fragment.path);
            let origin = Origin::told(from.clone()).answered(self.step, self.requests);
            self.keep_saved(&name, &value, secret, origin);
            kept.insert(name.clone(), value.clone());
            self.journal.emit(EventKind::ValueSaved { step: self.step, name, from, value }).await;
        }
        if let Some(id) = &step.id {
            let origin = Origin::told("read of the fragment").answered(self.step, self.requests);
            self.memory.set_step(&id.value, &Value::Object(kept), any_secret, origin);
        }
    }
}
