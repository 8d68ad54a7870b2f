use std::time::Instant;

use serde_json::Value;

use super::exchange::text_of;
use super::problem::Trouble;
use super::walker::Walker;
use crate::scenario::Opening;
use crate::template::Template;

impl Walker<'_> {
    /// Takes the secrets, tells a simulator its script, and opens the session.
    pub(super) async fn open(&mut self) -> Result<(), Trouble> {
        self.take_secrets()?;
        let scenario = self.planned.scenario.clone();
        if self.control.is_some() && !scenario.simulate.is_empty() {
            let references: Vec<_> = scenario.simulate.templates().flat_map(Template::references).cloned().collect();
            self.prepare(&references)?;
            let script = scenario.simulate.script(&self.scope());
            let script = script.map_err(|error| Trouble::template(&error, &self.run.sources))?;
            if let Some(control) = &self.control {
                let told = control.script(&script).await;
                told.map_err(|trouble| trouble.or_at(&self.run.sources, scenario.simulate.span))?;
            }
        }
        if scenario.process.is_some() {
            self.open_session().await?;
        }
        Ok(())
    }

    fn take_secrets(&mut self) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        for secret in &scenario.secrets {
            let value = self.evaluate(&secret.value, &self.scope())?;
            let name = &secret.name.value;
            let text = text_of(&value);
            if self.journal.redactor.add(name, &text).is_err() {
                let message = format!("the secret `{name}` is too short to be masked in outputs");
                let trouble = Trouble::errored("run/secret", message).at(&self.run.sources, secret.name.span);
                return Err(trouble.note("a secret has at least 4 characters"));
            }
            self.memory.set_secret(name, &Value::String(text));
        }
        Ok(())
    }

    async fn open_session(&mut self) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        let catalogue = self.catalogue().clone();
        let until = match &scenario.session.opening {
            Opening::None => return Ok(()),
            Opening::Whole => None,
            Opening::Until(name) => Some(name.value.as_str()),
        };
        for name in &catalogue.session.open {
            let Some(activity) = catalogue.activity(&name.value) else { continue };
            let given = scenario.session.inputs.iter().find(|(activity, _)| activity.value == name.value);
            let (since, before) = (Instant::now(), self.problems.len());
            self.begin("activity", &name.value, None, None).await?;
            let result = self.send_activity(activity, given.map_or(&[], |(_, inputs)| inputs)).await;
            let span =
                given.map(|(activity, _)| activity.span).or(scenario.process.as_ref().map(|process| process.span));
            let opened = result.and_then(|reading| reading.require_success(activity));
            if let Err(trouble) = opened {
                // The step is told as ended before the problem leaves this function.
                self.report(trouble.or_at(&self.run.sources, span));
                self.end(before, since).await;
                let problem = self.problems.pop().expect("it was just reported");
                return Err(Trouble(Box::new(problem)));
            }
            self.end(before, since).await;
            if until == Some(name.value.as_str()) {
                break;
            }
        }
        Ok(())
    }
}
