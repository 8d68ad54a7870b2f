use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::target::{environment_scope, text};
use super::terminal::warn;
use crate::event::{ErrorPhase, PartitionRecord, Summary};
use crate::history::Changes;
use crate::http::{Client, ClientConfig, Request, RequestBody};
use crate::project::Project;
use crate::redact::Redactor;
use crate::report::count;
use crate::settings::{Notify, NotifyFormat, NotifyOn};

/// How long the posting of a summary may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most causes that are told.
const MOST_CAUSES: usize = 20;
/// Most characters of a text.
const MOST_TEXT: usize = 3_000;

/// What is told of a run.
pub(super) struct News<'a> {
    pub run: &'a str,
    pub environment: &'a str,
    pub summary: &'a Summary,
    pub millis: Option<f64>,
    pub partition: Option<&'a PartitionRecord>,
    /// Nothing where there is no history.
    pub changes: Option<&'a Changes>,
}

/// Posts a summary to whom the settings name. What cannot be posted is told, and changes nothing of the run.
pub(super) fn notify(news: &News<'_>, project: &Project, redactor: &Redactor) {
    let all = project.settings.iter().flat_map(|settings| &settings.notify);
    for (number, one) in all.enumerate().filter(|(_, one)| news.is_for(one.on)) {
        if let Err(reason) = post(one, news, project, redactor) {
            warn(&format!("the summary was not posted to `notify[{number}]`: {reason}"));
        }
    }
}

fn post(one: &Notify, news: &News<'_>, project: &Project, redactor: &Redactor) -> Result<(), String> {
    let url = text(&one.url, &environment_scope(), project)?;
    // The URL may be a secret, so nothing is told of it.
    let url = Url::parse(&url).map_err(|_| "its `url` is none".to_owned())?;
    let mut config = ClientConfig::new(url.clone());
    config.timeout = PATIENCE;
    let client = Client::new(&config).map_err(|error| error.to_string())?;
    let mut request = Request::new("POST", url);
    request.body = RequestBody::Json(redactor.mask_json(match one.format {
        NotifyFormat::Json => news.json(),
        NotifyFormat::Slack => json!({ "text": news.text() }),
    }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    match runtime.block_on(client.send(&request)).answer {
        Ok(answer) if answer.status / 100 == 2 => Ok(()),
        Ok(answer) => Err(format!("it answers with status {}", answer.status)),
        Err(error) => Err(broken(error.phase).to_owned()),
    }
}

/// What became of an exchange, without the URL.
fn broken(phase: ErrorPhase) -> &'static str {
    match phase {
        ErrorPhase::Request => "the request cannot be sent; its `url` must begin with `https://` or `http://`",
        ErrorPhase::Dns => "its host was not found",
        ErrorPhase::Connect => "no connection was made",
        ErrorPhase::Tls => "the TLS handshake failed",
        ErrorPhase::Timeout => "it did not answer within 10 s",
        ErrorPhase::Cut => "it closed the connection before it answered",
        ErrorPhase::Protocol => "it does not answer as HTTP says",
    }
}

impl News<'_> {
    fn is_for(&self, on: NotifyOn) -> bool {
        match (on, self.changes) {
            (NotifyOn::Always, _) => true,
            (NotifyOn::Change, Some(changes)) => changes.any(),
            (NotifyOn::Change, None) | (NotifyOn::Failure, _) => self.failing() > 0,
        }
    }

    /// How many scenarios fail, those that do not count left out.
    fn failing(&self) -> usize {
        let Summary { failed, errored, known, quarantined, quarantined_errors, around, .. } = self.summary;
        (failed + errored + around).saturating_sub(known + quarantined + quarantined_errors)
    }

    fn json(&self) -> Value {
        let mut changes = self.changes.cloned();
        let causes = changes.as_ref().map_or(0, |changes| changes.newly_failing.len());
        if let Some(changes) = &mut changes {
            changes.newly_failing.truncate(MOST_CAUSES);
        }
        json!({
            "flowproof": env!("CARGO_PKG_VERSION"),
            "run": self.run,
            "environment": self.environment,
            "millis": self.millis,
            "partition": self.partition,
            "summary": self.summary,
            "failing": self.failing(),
            "changes": changes,
            "further_causes": causes.saturating_sub(MOST_CAUSES),
        })
    }

    fn text(&self) -> String {
        let part = self.partition.map(|part| format!(", part {} of {}", part.part, part.of)).unwrap_or_default();
        let all = count(self.summary.finished() as u64, "scenario");
        let mut text = format!("*flowproof* on {}{part}: ", self.environment);
        match self.changes {
            Some(changes) => {
                let told = told(changes);
                text += &if told.is_empty() { "nothing has changed".to_owned() } else { told.join(", ") };
                let still = changes.still_failing;
                text += &if still > 0 { format!(", {still} still failing") } else { String::new() };
            }
            None => text += &format!("{} failing", self.failing()),
        }
        text += &format!(" ({all}, run {})", self.run);
        let failing = self.changes.map(|changes| changes.newly_failing.as_slice()).unwrap_or_default();
        for one in failing.iter().take(MOST_CAUSES) {
            let cause = one.cause.as_ref().map_or_else(|| "nothing was told".to_owned(), ToString::to_string);
            text += &format!("\n• {} × {cause}: {}", one.scenarios, one.examples.join(", "));
        }
        if failing.len() > MOST_CAUSES {
            text += &format!("\n• and {} more causes", failing.len() - MOST_CAUSES);
        }
        if let Some(changes) = self.changes.filter(|changes| changes.fixed.scenarios > 0) {
            text += &format!("\nfixed: {}", changes.fixed.examples.join(", "));
        }
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        match text.char_indices().nth(MOST_TEXT) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// What has changed, in numbers.
pub(super) fn told(changes: &Changes) -> Vec<String> {
    let all = [
        (changes.newly_failing(), "newly failing"),
        (changes.fixed.scenarios, "fixed"),
        (changes.newly_flaky.scenarios, "newly flaky"),
    ];
    all.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect()
}
