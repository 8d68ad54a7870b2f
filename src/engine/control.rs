use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::problem::Trouble;
use crate::http::{Client, Request, RequestBody};
use crate::script::Script;

/// What a scenario tells the simulator that it runs against, in a world of its own.
pub(super) struct Control {
    client: Client,
    base_url: String,
    world: String,
}

/// What a world was like, told when it is closed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Closed {
    /// The moves of its tokens.
    #[serde(default)]
    pub moves: Vec<Value>,
    /// The moves of each instance in short.
    #[serde(default)]
    pub walks: Vec<Shortened>,
    /// How many moves are not among them, because there were too many.
    #[serde(default)]
    pub lost_moves: u64,
    /// Entries of its script that were never used.
    #[serde(default)]
    pub unused: Vec<String>,
    /// Automatic elements that did nothing because nothing was said.
    #[serde(default)]
    pub stubs: Vec<String>,
}

/// The moves of one instance.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Shortened {
    pub instance: String,
    /// In short.
    pub moves: String,
}

impl Control {
    /// The path at which a simulator proves to be one.
    pub const HANDSHAKE: &'static str = "/_flowproof";
    /// The header that names a world.
    pub const WORLD: &'static str = "x-flowproof-world";

    pub fn new(client: Client, base_url: &str, world: String) -> Self {
        Self { client, base_url: base_url.to_owned(), world }
    }

    pub fn world(&self) -> &str {
        &self.world
    }

    /// Says whose world it is.
    pub async fn introduce(&self, scenario: &str, attempt: u32) -> Result<(), Trouble> {
        self.post("scenario", json!({ "scenario": scenario, "attempt": attempt })).await.map(drop)
    }

    /// Says what the world's elements are to do.
    pub async fn script(&self, script: &Script) -> Result<(), Trouble> {
        self.post("script", json!(script)).await.map(drop)
    }

    /// Says what they are to do until the process waits again.
    pub async fn next(&self, script: &Script) -> Result<(), Trouble> {
        self.post("next", json!(script.entries)).await.map(drop)
    }

    /// Lets the world's time pass.
    pub async fn advance(&self, duration: Duration) -> Result<(), Trouble> {
        self.post("clock", json!({ "advance": iso(duration) })).await.map(drop)
    }

    /// Closes the world. What was uploaded to it can be kept, for worlds whose ids begin with its own, until it is closed again.
    /// Moves are told one by one, or in short.
    pub async fn close(&self, keep_definitions: bool, one_by_one: bool) -> Result<Closed, Trouble> {
        let moves = if one_by_one { "all" } else { "short" };
        let body = self.post("close", json!({ "keep_definitions": keep_definitions, "moves": moves })).await?;
        Ok(serde_json::from_value(body).unwrap_or_default())
    }

    async fn post(&self, what: &str, body: Value) -> Result<Value, Trouble> {
        let trouble = |message: String| Trouble::errored("run/simulator", message);
        let url = format!("{}{}/{what}", self.base_url, Self::HANDSHAKE);
        let url = Url::parse(&url).map_err(|error| trouble(format!("`{url}` is no URL: {error}")))?;
        let mut request = Request::new("POST", url);
        request.headers.push((Self::WORLD.to_owned(), self.world.clone()));
        request.body = RequestBody::Json(body);
        let exchange = self.client.send(&request).await;
        let answer =
            exchange.answer.map_err(|error| trouble(format!("the simulator does not answer: {}", error.message)))?;
        if answer.status / 100 != 2 {
            let told = answer.json().ok().and_then(|body| body.get("error")).and_then(Value::as_str);
            let told = told.map_or_else(|| answer.first_line(), str::to_owned);
            return Err(trouble(format!("the simulator refuses `{what}`: {told}")));
        }
        Ok(answer.json().map_or(Value::Null, |body| Value::clone(body)))
    }
}

/// A length of time in ISO 8601, to the millisecond.
pub(super) fn iso(duration: Duration) -> String {
    let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    jiff::SignedDuration::from_millis(millis).to_string()
}
