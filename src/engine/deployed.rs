use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::sync::mpsc;

use super::problem::Trouble;
use super::run::{Numbers, Run};
use super::walker::Walker;
use crate::catalogue::{Activity, Catalogue, DefinitionKind, Role};
use crate::plan::Planned;

/// The fields of an answer that have a definition: as it is, and as base64.
const TEXT: &str = "text";
const FILE: &str = "file";

impl Run {
    /// The BPMN of the latest definition that the target has under the name of a scenario's process. Nothing of the scenario itself
    /// is done.
    ///
    /// # Errors
    /// If the catalogue does not say how it is read, or the target does not give it. One sentence, secrets masked.
    pub fn deployed(&self, planned: &Planned) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        // What happens on the way is nobody's to hear.
        let (sender, _) = mpsc::channel(1);
        let numbers = Numbers { scenario: 0, attempt: 1 };
        let mut walker = Walker::new(self, planned, numbers, self.target.client.clone(), sender);
        let read = runtime.block_on(walker.read_deployed());
        read.map_err(|trouble| walker.journal.redactor.mask(&trouble.0.message).into_owned())
    }
}

impl Walker<'_> {
    async fn read_deployed(&mut self) -> Result<String, Trouble> {
        let catalogue = self.catalogue().clone();
        let credential = catalogue.session.credential.as_ref().and_then(|name| catalogue.activity(&name.value));
        let (Some(find), Some(read)) = (finding(&catalogue), reading(&catalogue)) else {
            let message = "the catalogue does not say how a deployed definition is found and read: an activity of its own for an \
                           exchange with `role: find-definition`, and one for `role: read-definition`";
            return Err(Trouble::errored("run/definition", message));
        };
        let mut text = None;
        for activity in credential.into_iter().chain([find, read]) {
            let reading = self.send_activity(activity, &[]).await?;
            if reading.outcome.as_deref() != Some(Activity::SUCCESS) {
                let (name, told) = (&activity.name.value, reading.describe());
                let message = format!("`{name}` gave {told} with status {}", reading.status);
                return Err(Trouble::errored("run/definition", message));
            }
            text = text_of(&reading.fields);
        }
        text.ok_or_else(|| Trouble::errored("run/definition", "the target's answer holds no definition"))
    }
}

/// The activities that deal with definitions of processes in a role, by one request alone.
fn of_role(catalogue: &Catalogue, role: Role) -> impl Iterator<Item = &Activity> {
    catalogue.activities.iter().filter(move |activity| {
        let [request] = activity.requests.as_slice() else { return false };
        let exchange = catalogue.wire.exchange(&request.exchange.value);
        exchange.is_some_and(|exchange| exchange.role == role && exchange.of == Some(DefinitionKind::Process))
    })
}

fn finding(catalogue: &Catalogue) -> Option<&Activity> {
    of_role(catalogue, Role::FindDefinition).next()
}

/// The one that is answered with the file as it is, else with the file as base64.
fn reading(catalogue: &Catalogue) -> Option<&Activity> {
    let tells = |activity: &&Activity, field: &str| {
        let exchange = catalogue.wire.exchange(&activity.requests[0].exchange.value);
        let mut fields = exchange.into_iter().flat_map(|exchange| &exchange.answers).flat_map(|answer| &answer.fields);
        fields.any(|known| known.name.value == field)
    };
    let with = |field| of_role(catalogue, Role::ReadDefinition).find(|activity| tells(activity, field));
    with(TEXT).or_else(|| with(FILE))
}

fn text_of(fields: &Value) -> Option<String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let decoded = || String::from_utf8(BASE64_STANDARD.decode(text(FILE)?).ok()?).ok();
    text(TEXT).map(str::to_owned).or_else(decoded)
}
