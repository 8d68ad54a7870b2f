use std::time::Instant;

use serde_json::Value;

use super::exchange::text_of;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::Section;
use crate::scenario::{ActorUse, SessionUse, Variable};
use crate::source::{Span, Spanned};
use crate::template::{Scope, Template};

impl Walker<'_> {
    /// Takes the secrets, tells a simulator its script, and opens the session.
    pub(super) async fn open(&mut self) -> Result<(), Trouble> {
        self.take_secrets()?;
        if self.run.target.faulty
            && let Some(control) = &self.control
        {
            control.introduce(&self.planned.id, self.attempt).await?;
        }
        let scenario = self.planned.scenario.clone();
        if self.control.is_some() && !scenario.simulate.is_empty() {
            self.prepare(scenario.simulate.templates().flat_map(Template::references))?;
            let script = scenario.simulate.script(&self.scope());
            let script = script.map_err(|error| Trouble::template(&error, &self.run.sources))?;
            if let Some(control) = &self.control {
                let told = control.script(&script).await;
                told.map_err(|trouble| trouble.or_at(&self.run.sources, scenario.simulate.span))?;
            }
        }
        let Some(process) = &scenario.process else { return Ok(()) };
        let catalogue = self.catalogue().clone();
        let names = scenario.session.opens(&catalogue.session.open).iter().collect();
        self.open_session(names, &scenario.session, Some(process.span)).await
    }

    pub(super) fn take_secrets(&mut self) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        scenario.secrets.iter().try_for_each(|secret| self.take_secret(secret, &self.scope()))
    }

    /// Takes a secret, which nothing shows from now on.
    pub(super) fn take_secret(&mut self, secret: &Variable, scope: &Scope) -> Result<(), Trouble> {
        let value = self.evaluate(&secret.value, scope)?;
        let name = &secret.name.value;
        let text = text_of(&value);
        // A command line that repeats a request then works where the secret is at hand.
        let shown = secret.value.environment_name(&text, scope).unwrap_or(name);
        if self.journal.redactor.add(shown, &text).is_err() {
            let message = format!("the secret `{name}` is too short to be masked in outputs");
            let trouble = Trouble::errored("run/secret", message).at(&self.run.sources, secret.name.span);
            return Err(trouble.note("a secret has at least 4 characters"));
        }
        self.memory.set_secret(name, &Value::String(text));
        Ok(())
    }

    async fn open_session(
        &mut self,
        names: Vec<&Spanned<String>>,
        session: &SessionUse,
        place: Option<Span>,
    ) -> Result<(), Trouble> {
        let catalogue = self.catalogue().clone();
        for name in names {
            let Some(activity) = catalogue.activity(&name.value) else { continue };
            let given = session.inputs.iter().find(|(activity, _)| activity.value == name.value);
            let (since, before) = (Instant::now(), self.problems.len());
            self.begin_implied(Section::Session, &name.value).await?;
            let result = self.send_activity(activity, given.map_or(&[], |(_, inputs)| inputs)).await;
            let opened = result.and_then(|reading| reading.require_success(activity));
            if let Err(trouble) = opened {
                // The step is told as ended before the problem leaves this function.
                let span = given.map(|(activity, _)| activity.span).or(place);
                self.report(trouble.or_at(&self.run.sources, span));
                self.end(before, since).await;
                let problem = self.problems.pop().expect("it was just reported");
                return Err(Trouble(Box::new(problem)));
            }
            self.end(before, since).await;
        }
        Ok(())
    }

    /// Opens the session of the one who acts, at its first step; what opens it is told within that step.
    pub(super) async fn open_turn(&mut self) -> Result<(), Trouble> {
        if !self.cast.begin() {
            return self.catch_up().await;
        }
        let (actor, owner) = (self.cast.turn(), self.cast.owner());
        if owner != actor {
            // There must be something to join; the future must be of a known size.
            self.give_turn(owner);
            Box::pin(self.open_turn()).await?;
            self.give_turn(actor);
        }
        self.catch_up().await?;
        let (step, within) = (self.step, self.within.replace(self.step));
        let opened = self.open_of_actor(actor).await;
        (self.step, self.within) = (step, within);
        opened
    }

    async fn open_of_actor(&mut self, actor: usize) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        let Some(actor) = actor.checked_sub(1).and_then(|number| scenario.actors.get(number)) else { return Ok(()) };
        let names = self.meet_actor(actor)?;
        if names.is_empty() {
            return Ok(());
        }
        self.open_session(names.iter().collect(), &actor.session, Some(actor.name.span)).await
    }

    /// Takes what an actor brings along; gives what opens its session.
    pub(super) fn meet_actor(&mut self, actor: &ActorUse) -> Result<Vec<Spanned<String>>, Trouble> {
        if let Some(key) = &actor.key {
            self.prepare(key.references())?;
            let key = self.evaluate(key, &self.scope())?;
            self.journal.hide(&self.cast.secret_name("key"), &[text_of(&key)]);
            self.keep_value("key", &key, true, true);
        }
        if self.planned.scenario.process.is_none() {
            return Ok(Vec::new());
        }
        let catalogue = self.catalogue().clone();
        let (open, credential) = (&catalogue.session.open, catalogue.session.credential.as_ref());
        let from = actor.session.from.as_ref().and_then(|from| open.iter().position(|name| name.value == from.value));
        for skipped in open[..from.unwrap_or_default()].iter().filter(|name| Some(*name) != credential) {
            let kept = catalogue.activity(&skipped.value).map(|activity| activity.keep.as_slice()).unwrap_or_default();
            kept.iter().for_each(|keep| self.take_from_main(&keep.name.value));
        }
        self.show_session();
        let own = self.cast.has_own_access();
        let names = actor.opens(open, credential.map(|name| name.value.as_str()), own);
        Ok(names.into_iter().cloned().collect())
    }
}
