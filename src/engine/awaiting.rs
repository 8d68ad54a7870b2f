use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use super::activity::Reading;
use super::exchange::{body_of, text_of};
use super::listener::{Call, MAX_BODY, MAX_CALLS, Refused};
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::{EventKind, Held};
use crate::http::{Exchange, Request, Timings, learn, pictures, record};
use crate::scenario::Awaited;

/// Most calls that are told of where another was awaited.
const TOLD: usize = 5;

impl Walker<'_> {
    /// Waits for a call of the engine, and takes it. Those that came before the step was reached are looked at first.
    pub(super) async fn await_call(&mut self, awaited: &Awaited) -> Result<Reading, Trouble> {
        let began = Instant::now();
        self.prepare(awaited.path.references().iter().chain(awaited.references()))?;
        let path = text_of(&self.evaluate(&awaited.path, &self.scope())?);
        let (mut seen, mut others) = (0, Vec::new());
        loop {
            let arrived = self.inbox.as_ref().map(|inbox| inbox.after(seen)).unwrap_or_default();
            for call in arrived {
                seen = call.number;
                self.learn_call(&call);
                match self.unlike(awaited, &path, &call)? {
                    None => return Ok(self.take_call(&call).await),
                    Some(why) => others.push(format!("{} came: {why}", self.told(&call))),
                }
            }
            let Some(inbox) = &self.inbox else { break };
            let left = awaited.deadline.saturating_sub(began.elapsed());
            if tokio::time::timeout(left, inbox.arrived()).await.is_err() && inbox.after(seen).is_empty() {
                break;
            }
        }
        Err(self.missed(awaited, &path, others))
    }

    /// Learns what is personal in a call, and which images it carries.
    fn learn_call(&mut self, call: &Call) {
        let Ok(url) = Url::parse(&format!("http://listener{}", call.target)) else { return };
        let (request, answer) = (Request::new(call.method.clone(), url), Ok(call.carried.clone()));
        let exchange = Exchange { answer, timings: Timings::default(), request_was_sent: true };
        learn(&request, &exchange, &mut self.journal.redactor);
        if let Some(witness) = &self.run.witness {
            pictures(&request, &exchange, &mut |picture| witness.picture(&picture));
        }
    }

    /// Why a call is not the one that is awaited; `None` if it is.
    fn unlike(&mut self, awaited: &Awaited, path: &str, call: &Call) -> Result<Option<String>, Trouble> {
        if call.path != path {
            return Ok(Some("it has another path".to_owned()));
        }
        let Some(condition) = &awaited.condition else { return Ok(None) };
        let body = body_of_call(call);
        let judgements = condition.judge((!body.is_null()).then_some(&*body), &self.scope());
        let assessed = self.assessments(judgements);
        let undecided = assessed.iter().find(|one| one.record.held == Held::Undecided);
        if let Some(undecided) = undecided {
            let message = format!("`where` cannot be judged: {}", undecided.record.message);
            return Err(Trouble::errored("run/await", message).at(&self.run.sources, awaited.place()));
        }
        Ok(assessed.into_iter().find(|one| !one.holds()).map(|one| one.record.message))
    }

    async fn take_call(&mut self, call: &Call) -> Reading {
        if let Some(inbox) = &self.inbox {
            inbox.take(call.number);
        }
        let told = record::call(&call.method, &call.target, &call.carried, &self.journal.redactor);
        self.journal.emit(EventKind::Called { step: self.step, call: Box::new(told) }).await;
        self.doubt_positions("a call of the engine has come");
        Reading {
            outcome: None,
            code: None,
            status: call.carried.status,
            headers: call.carried.headers.clone(),
            body: body_of_call(call),
            fields: Arc::default(),
            message: None,
            millis: 0.0,
            earlier: Vec::new(),
        }
    }

    /// The method and path of a call, as they may be shown.
    fn told(&self, call: &Call) -> String {
        let told = record::call(&call.method, &call.target, &call.carried, &self.journal.redactor);
        format!("{} {}", told.method, told.path)
    }

    fn missed(&self, awaited: &Awaited, path: &str, mut others: Vec<String>) -> Trouble {
        let like = if awaited.condition.is_some() { " that is as `where` says" } else { "" };
        let message = format!("no call to `{path}`{like} came within {:?}", awaited.deadline);
        let trouble = Trouble::failed("run/await", message).at(&self.run.sources, awaited.place());
        let more = others.len().saturating_sub(TOLD);
        others.truncate(TOLD);
        if more > 0 {
            others.push(format!("{more} more came"));
        }
        let Refused { beyond, large } = self.inbox.as_ref().map(|inbox| inbox.refused()).unwrap_or_default();
        if beyond > 0 {
            others.push(format!("{beyond} were answered 429: {MAX_CALLS} that no step has taken are kept at most"));
        }
        if large > 0 {
            others.push(format!("{large} were answered 413: a body may have {} KiB at most", MAX_BODY / 1024));
        }
        if others.is_empty() {
            others.push("nothing was called at all; the engine must be told `listener.url` and this path".to_owned());
        }
        others.into_iter().fold(trouble, Trouble::note)
    }
}

/// The body of a call: JSON, else text; null if it has none.
fn body_of_call(call: &Call) -> Arc<Value> {
    let text = || Arc::new(Value::String(String::from_utf8_lossy(&call.carried.body).into_owned()));
    body_of(&call.carried, None).unwrap_or_else(|_| text())
}
