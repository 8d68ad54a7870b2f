use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::control::Control;
use crate::http::{Client, ClientConfig, ClientError, Request};
use crate::redact::Secret;

/// What a run talks to.
#[derive(Clone)]
pub struct Target {
    /// The environment's name.
    pub name: String,
    /// Its base URL, without a closing slash.
    pub base_url: String,
    /// The key for its API.
    pub key: Option<Secret>,
    /// The keys of actors that have their own, by the names of the actors.
    pub keys: BTreeMap<String, Secret>,
    /// Whether every request carries the catalogue's correlation header.
    pub correlation: bool,
    /// Whether it is used in earnest, which was permitted.
    pub production: bool,
    /// Whether process instances that scenarios leave without an end are ended.
    pub end_instances: bool,
    /// Whether it has proven to be a simulator.
    pub simulator: bool,
    /// Whether it is a simulator that wants to know the scenario of each world, because what goes wrong depends on it.
    pub faulty: bool,
    /// What connections are made with.
    pub client: Client,
}

/// Why there is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The base URL is none.
    #[error("`{url}` is no base URL: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It should be a simulator and is none.
    #[error("{0}")]
    Handshake(String),
}

impl Target {
    /// A target at `config`'s base URL.
    ///
    /// # Errors
    /// If no client can be made for it.
    pub fn new(name: &str, config: &ClientConfig, key: Option<Secret>) -> Result<Self, TargetError> {
        let client = Client::new(config)?;
        let base_url = config.base_url.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            name: name.to_owned(),
            base_url,
            key,
            keys: BTreeMap::new(),
            correlation: true,
            end_instances: false,
            production: false,
            simulator: false,
            faulty: false,
            client,
        })
    }

    /// Reads a base URL: `http` or `https`, with a host, without query.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn base_url(text: &str) -> Result<Url, TargetError> {
        let refuse = |reason: &str| TargetError::Url { url: text.to_owned(), reason: reason.to_owned() };
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("it must begin with `https://` or `http://`"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it must have no query and no fragment"));
        }
        Ok(url)
    }

    /// Asks whether the target is a simulator. Scenarios' `simulate` is never sent to one that has not proven it.
    ///
    /// # Errors
    /// If it should be a simulator and does not answer as one.
    pub async fn handshake(&mut self, expected: bool) -> Result<(), TargetError> {
        let url = format!("{}{}", self.base_url, Control::HANDSHAKE);
        let Ok(url) = Url::parse(&url) else { return Ok(()) };
        let mut request = Request::new("GET", url);
        request.timeout = Some(Duration::from_secs(5));
        let exchange = self.client.send(&request).await;
        let proof = exchange.answer.as_ref().ok().filter(|answer| answer.status == 200);
        let proof = proof.and_then(|answer| answer.json().ok());
        self.simulator = proof.and_then(|body| body.get("flowproof")).and_then(Value::as_str) == Some("simulator");
        self.faulty = self.simulator && proof.and_then(|body| body.get("faults")) == Some(&Value::Bool(true));
        if expected && !self.simulator {
            let reason = match exchange.answer {
                Ok(answer) => format!("it answered with status {}", answer.status),
                Err(error) => error.message,
            };
            return Err(TargetError::Handshake(format!("`{}` is not a flowproof simulator: {reason}", self.base_url)));
        }
        Ok(())
    }
}
