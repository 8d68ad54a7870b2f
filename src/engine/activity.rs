use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::actor::Credential;
use super::exchange::{Read, text_of};
use super::file::FILE;
use super::problem::Trouble;
use super::rehearsing::is_unknown;
use super::walker::Walker;
use crate::catalogue::{Activity, Exchange, InputType, Media, ParamValue, Params, RequestUse};
use crate::event::EventKind;
use crate::http::SentFile;
use crate::scenario::Given;
use crate::source::Spanned;
use crate::template::{Data, Scope};

/// The values of an activity's inputs.
#[derive(Default)]
struct InputValues {
    /// By their names in the catalogue.
    by_name: Map<String, Value>,
    /// As templates see them.
    by_variable: Map<String, Value>,
}

/// What an interaction gave.
pub(super) struct Reading {
    /// The outcome; `None` if the answer is none that the catalogue knows, or if the step was no activity.
    pub outcome: Option<String>,
    pub code: Option<i64>,
    pub status: u16,
    pub headers: Arc<[(String, String)]>,
    pub body: Arc<Value>,
    /// What the wire read of the answer, by its names; null if the step was no activity.
    pub fields: Arc<Value>,
    pub message: Option<String>,
    pub millis: f64,
    /// The bodies of the answers before it, where an activity sends several requests, by the names of these.
    pub earlier: Vec<(String, Data)>,
}

impl Reading {
    /// The outcome with its code, for people.
    pub fn describe(&self) -> String {
        let mut told = match &self.outcome {
            Some(outcome) => format!("`{outcome}`"),
            None => "no known outcome".to_owned(),
        };
        if let Some(code) = self.code {
            told += &format!(" (code {code})");
        }
        told
    }

    /// Fails unless the outcome is the activity's success.
    pub fn require_success(&self, activity: &Activity) -> Result<(), Trouble> {
        if self.outcome.as_deref() == Some(Activity::SUCCESS) {
            return Ok(());
        }
        let name = &activity.name.value;
        let message = format!(
            "`{name}` must succeed to open the session, but gave {} with status {}",
            self.describe(),
            self.status
        );
        let trouble = Trouble::errored("run/session", message);
        let trouble = match &self.message {
            Some(told) => trouble.note(format!("the target says: {told}")),
            None => trouble,
        };
        Err(trouble.note("to test this call itself, write `session: none` and the activity as a step"))
    }

    /// What templates see of it as `response`.
    pub fn response(&self) -> Data {
        let fields = self.data().into_iter().map(|(name, value)| (name, Data::from(value)));
        let body = ("body".to_owned(), Data::shared(self.body.clone()));
        let answer = ("answer".to_owned(), Data::shared(self.fields.clone()));
        Data::fields(fields.chain([body, answer]))
    }

    /// What templates see of it as `response` and `steps.<id>`.
    pub fn data(&self) -> Map<String, Value> {
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let mut data = Map::new();
        data.insert("outcome".into(), json!(self.outcome));
        data.insert("code".into(), json!(self.code));
        data.insert("status".into(), json!(self.status));
        data.insert("headers".into(), Value::Object(headers));
        data
    }
}

/// Where the secrets that an activity keeps stand in its answer.
fn secret_fields(activity: &Activity) -> Vec<(String, Vec<String>)> {
    let secret = activity.keep.iter().filter(|keep| keep.secret);
    let paths =
        secret.flat_map(|keep| keep.from.references().iter().map(|reference| (&keep.name.value, &reference.path)));
    let of_answer = paths.filter(|(_, path)| path.first().is_some_and(|root| root == "answer"));
    of_answer.map(|(name, path)| (name.clone(), path[1..].to_vec())).collect()
}

impl Walker<'_> {
    /// Sends the requests of an activity, reads its outcome, and keeps what the session needs.
    pub(super) async fn send_activity(
        &mut self,
        activity: &Activity,
        given: &[(Spanned<String>, Given)],
    ) -> Result<Reading, Trouble> {
        let (inputs, scope) = self.activity_inputs(activity, given)?;
        self.count_visit(&activity.name.value);
        let catalogue = self.catalogue().clone();
        let mut earlier: Vec<(String, Data)> = Vec::new();
        let mut last: Option<(&str, Read)> = None;
        for request in &activity.requests {
            if request.condition.as_ref().is_some_and(|input| inputs.get(&input.value).is_none_or(Value::is_null)) {
                continue;
            }
            let Some(exchange) = catalogue.wire.exchange(&request.exchange.value) else { continue };
            if let Some((name, read)) = last.take() {
                if read.status / 100 != 2 {
                    // What was refused is the activity's answer; going on would only blur it.
                    last = Some((name, read));
                    break;
                }
                earlier.push((name.to_owned(), Data::shared(read.body)));
            }
            let (params, files) = self.params(request, exchange, &inputs, &scope)?;
            self.secret_fields = secret_fields(activity);
            last = Some((&request.name, self.exchange(exchange, &params, &files).await?));
        }
        let Some((_, read)) = last else {
            let message = format!("`{}` sends no request with these inputs", activity.name.value);
            return Err(Trouble::errored("run/request", message));
        };
        let reading = self.classify(activity, &inputs, &scope, read).await?;
        Ok(Reading { earlier, ..reading })
    }

    async fn classify(
        &mut self,
        activity: &Activity,
        inputs: &Map<String, Value>,
        scope: &Scope,
        read: Read,
    ) -> Result<Reading, Trouble> {
        let outcome =
            activity.classify(read.status, &read.fields, inputs, scope).map(|outcome| outcome.name.value.clone());
        let code = read.fields.get("code").and_then(Value::as_i64);
        self.journal
            .emit(EventKind::OutcomeRead {
                step: self.step,
                activity: activity.name.value.clone(),
                outcome: outcome.clone().unwrap_or_else(|| "unknown".to_owned()),
                code,
                status: read.status,
            })
            .await;
        if outcome.as_deref() == Some(Activity::SUCCESS) {
            self.keep(activity, scope, &read)?;
        }
        let message = read.fields.get("message").and_then(Value::as_str).map(str::to_owned);
        Ok(Reading {
            outcome,
            code,
            status: read.status,
            headers: read.headers,
            body: read.body,
            fields: read.fields,
            message,
            millis: read.millis,
            earlier: Vec::new(),
        })
    }

    /// Keeps what a successful answer gives to the session, and judges what the catalogue ensures.
    fn keep(&mut self, activity: &Activity, scope: &Scope, read: &Read) -> Result<(), Trouble> {
        let scope = scope.clone().with("answer", Data::shared(read.fields.clone()));
        let of_credential =
            self.catalogue().session.credential.as_ref().is_some_and(|name| name.value == activity.name.value);
        for keep in &activity.keep {
            let (value, secret) = self.evaluate_tracked(&keep.from, &scope)?;
            if keep.secret {
                self.journal.hide(&self.cast.secret_name(&keep.name.value), &[text_of(&value)]);
            }
            self.keep_value(&keep.name.value, &value, keep.secret || secret, of_credential);
        }
        for ensure in &activity.ensure {
            if self.evaluate(&ensure.that, &scope)? != Value::Bool(true) {
                return Err(Trouble::failed("run/ensure", format!("`{}`: {}", activity.name.value, ensure.otherwise)));
            }
        }
        if of_credential {
            let ttl = read.fields.get("ttl").and_then(Value::as_u64).map(Duration::from_secs);
            self.hold(Credential { issued: self.elapsed(), ttl });
        }
        Ok(())
    }

    /// The values of an activity's inputs, and what its templates see.
    pub(super) fn activity_inputs(
        &mut self,
        activity: &Activity,
        given: &[(Spanned<String>, Given)],
    ) -> Result<(Map<String, Value>, Scope), Trouble> {
        let InputValues { by_name, by_variable } = self.inputs(activity, given)?;
        Ok((by_name, self.scope().with("inputs", Value::Object(by_variable))))
    }

    /// The values of an activity's inputs. Absent ones are null.
    fn inputs(&mut self, activity: &Activity, given: &[(Spanned<String>, Given)]) -> Result<InputValues, Trouble> {
        let templates = given.iter().filter_map(|(_, given)| given.template());
        self.prepare(templates.flat_map(|template| template.references()))?;
        let scope = self.scope();
        let mut values = InputValues::default();
        for input in &activity.inputs {
            let given = given.iter().find(|(name, _)| name.value == input.name.value).map(|(_, given)| given);
            let template = given.map_or(input.default.as_ref(), Given::template);
            let mut value = match template {
                Some(template) => self.evaluate(template, &scope).map_err(|trouble| {
                    let origin = given
                        .is_none()
                        .then(|| format!("`{}` needs its input `{}`", activity.name.value, input.name.value));
                    origin.into_iter().fold(trouble, Trouble::note)
                })?,
                None => Value::Null,
            };
            if input.secret && !value.is_null() {
                self.journal.hide(&input.name.value, &[text_of(&value)]);
            }
            if input.personal && !value.is_null() {
                self.journal.redactor.learn_value(&input.name.value, &text_of(&value));
            }
            let path = value.as_str().filter(|path| !(self.rehearsing && is_unknown(path)));
            if let (InputType::File { .. }, Some(path)) = (&input.kind, path) {
                let loaded = self.run.files.load(&format!("{}{path}", self.folder()));
                let loaded = loaded.map_err(|error| {
                    let trouble = Trouble::errored("run/file", error.to_string());
                    trouble.or_at(&self.run.sources, given.map(Given::span))
                })?;
                value = loaded.describe();
            }
            values.by_name.insert(input.name.value.clone(), value.clone());
            values.by_variable.insert(input.variable(), value);
        }
        Ok(values)
    }

    /// The parameters of a request, and the files among them.
    pub(super) fn params(
        &mut self,
        request: &RequestUse,
        exchange: &Exchange,
        inputs: &Map<String, Value>,
        scope: &Scope,
    ) -> Result<(Params, Vec<SentFile>), Trouble> {
        let mut values: Vec<(String, Value)> = Vec::new();
        match &request.with {
            Some(with) => {
                for (name, template) in with {
                    values.push((name.value.clone(), self.evaluate(template, scope)?));
                }
            }
            None => {
                let known = exchange.parameters();
                let named = inputs.iter().filter(|(name, _)| known.contains(&name.as_str()));
                values.extend(named.map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        let (mut params, mut files) = (Params::new(), Vec::new());
        for (name, mut value) in values {
            if let Value::Object(members) = &mut value {
                members.retain(|_, member| !member.is_null());
            }
            if value.is_null() {
                continue;
            }
            let param = match value.get(FILE).and_then(Value::as_str) {
                None => ParamValue::Json(value),
                Some(path) => {
                    let file =
                        self.run.files.load(path).map_err(|error| Trouble::errored("run/file", error.to_string()))?;
                    files.push(SentFile { path: file.path.clone(), sha256: file.sha256.clone() });
                    let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
                    ParamValue::File(Media { name, media: file.media, bytes: file.bytes })
                }
            };
            params.insert(name, param);
        }
        Ok((params, files))
    }
}
