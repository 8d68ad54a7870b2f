use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::actor::Cast;
use super::judge::promise;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::{Excerpt, ExpectationRecord, Held, Verdict};
use crate::scenario::{Promise, WalkExpectation};
use crate::source::{Span, Spanned};

/// How long the instance may take to reach the expected state.
const SETTLING: Duration = Duration::from_secs(30);
/// How often its state is read meanwhile.
const INTERVAL: Duration = Duration::from_secs(1);

impl Walker<'_> {
    /// Judges what the scenario expects at its end.
    pub(super) async fn conclude(&mut self) {
        let scenario = self.planned.scenario.clone();
        let Some(expect) = &scenario.expect else { return };
        self.judge_walk(Cast::MAIN, expect).await;
        for (actor, expect) in &expect.actors {
            self.judge_walk(self.cast.number(Some(actor)), expect).await;
        }
    }

    async fn judge_walk(&mut self, actor: usize, expect: &WalkExpectation) {
        self.give_turn(actor);
        let (since, before) = (Instant::now(), self.problems.len());
        let result = match self.begin("expect", "", None, Some(expect.span.slice(0, 0))).await {
            Ok(()) => match self.catch_up().await {
                Ok(()) => self.judge_end(expect).await,
                Err(trouble) => Err(trouble),
            },
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = result {
            self.report(trouble.or_at(&self.run.sources, Some(expect.span)));
        }
        if self.problems.len() > before {
            self.account(before, expect.references());
        }
        self.end(before, since).await;
    }

    async fn judge_end(&mut self, expect: &WalkExpectation) -> Result<(), Trouble> {
        self.prepare(expect.references())?;
        if let Some(walk) = &expect.walk {
            let visited: Vec<&str> = self.cast.walk().visited.iter().map(|visit| visit.activity.as_str()).collect();
            let wanted: Vec<&str> = walk.value.iter().map(|name| name.value.as_str()).collect();
            let holds = visited == wanted;
            let place = first_difference(&walk.value, &visited).unwrap_or(walk.span);
            self.record_walk("walk", place, holds, &wanted).await;
        }
        if let Some(includes) = &expect.walk_includes {
            let mut visited = self.cast.walk().visited.iter();
            let missing = includes.value.iter().find(|name| !visited.any(|visit| visit.activity == name.value));
            let wanted: Vec<&str> = includes.value.iter().map(|name| name.value.as_str()).collect();
            let (place, holds) = (missing.map_or(includes.span, |name| name.span), missing.is_none());
            self.record_walk("walk-includes", place, holds, &wanted).await;
        }
        for name in &expect.never {
            let visits = self.cast.walk().visits(&name.value);
            let record =
                self.record_of("never", name.span, visits == 0, format!("no visit of `{}`", name.value), json!(visits));
            let message = match visits {
                0 => format!("`{}` was never visited", name.value),
                _ => format!("`{}` was visited {visits} times, expected never", name.value),
            };
            self.record_expectation(ExpectationRecord { message, ..record }, Verdict::Failed, Vec::new()).await;
        }
        let scope = self.scope();
        for (name, matcher) in &expect.visits {
            let visits = json!(self.cast.walk().visits(&name.value));
            let judged = matcher.judge(&format!("visits of `{}`", name.value), Some(&visits), &scope);
            self.record_judgements(judged).await;
        }
        for (name, wanted) in &expect.outcomes {
            self.judge_outcomes(name, wanted).await;
        }
        match &expect.instance {
            Some(instance) => self.judge_instance(instance).await,
            None => Ok(()),
        }
    }

    async fn judge_outcomes(&mut self, name: &Spanned<String>, wanted: &[Spanned<String>]) {
        let visits = self.cast.walk().visited.iter().filter(|visit| visit.activity == name.value);
        let came: Vec<&str> = visits.map(|visit| visit.outcome.as_str()).collect();
        let expected: Vec<&str> = wanted.iter().map(|outcome| outcome.value.as_str()).collect();
        let message = match came == expected {
            true => format!("`{}` gave {}", name.value, list(&came)),
            false => format!("`{}` gave {}, expected {}", name.value, list(&came), list(&expected)),
        };
        let place = wanted.iter().enumerate().find(|(at, outcome)| came.get(*at) != Some(&outcome.value.as_str()));
        let place = place.map_or(name.span, |(_, outcome)| outcome.span);
        let record = self.record_of("outcomes", place, came == expected, list(&expected), json!(came));
        self.record_expectation(ExpectationRecord { message, ..record }, Verdict::Failed, Vec::new()).await;
    }

    /// Reads the instance until it has the expected state, a final one, or the time is up.
    async fn judge_instance(&mut self, instance: &Promise) -> Result<(), Trouble> {
        let scope = self.scope();
        let since = Instant::now();
        loop {
            let state = self.read_instance().await?;
            let judged = promise(instance, "instance", state.clone().map(Value::String), &scope);
            let holds = judged.iter().all(|judgement| judgement.holds());
            let settled = state.as_ref().is_some_and(|state| self.is_final(state));
            // A simulator does not move by itself: reading it again would tell the same.
            if holds || settled || self.control.is_some() || since.elapsed() >= SETTLING {
                self.record_judgements(judged).await;
                return Ok(());
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    async fn record_walk(&mut self, subject: &str, place: Span, holds: bool, wanted: &[&str]) {
        let visited: Vec<String> = self.cast.walk().visited.iter().map(|visit| visit.activity.clone()).collect();
        let visited: Vec<&str> = visited.iter().map(String::as_str).collect();
        let message = match holds {
            true => format!("the walk was {}", list(&visited)),
            false => format!("the walk was {}, expected {}", list(&visited), list(wanted)),
        };
        let differences = match holds || subject != "walk" {
            true => Vec::new(),
            false => crate::expect::differences(&json!(wanted), &json!(visited)),
        };
        let record = self.record_of(subject, place, holds, list(wanted), json!(visited));
        self.record_expectation(ExpectationRecord { message, differences, ..record }, Verdict::Failed, Vec::new())
            .await;
    }

    fn record_of(&self, subject: &str, place: Span, holds: bool, expected: String, actual: Value) -> ExpectationRecord {
        ExpectationRecord {
            subject: subject.to_owned(),
            held: if holds { Held::Yes } else { Held::No },
            expected,
            actual: Some(actual),
            message: String::new(),
            differences: Vec::new(),
            excerpt: Some(Excerpt::of(&self.run.sources, place)),
        }
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(" → ") }
}

/// The place of the first name that was not visited where it should have been.
fn first_difference(wanted: &[Spanned<String>], visited: &[&str]) -> Option<Span> {
    wanted
        .iter()
        .enumerate()
        .find(|(at, name)| visited.get(*at) != Some(&name.value.as_str()))
        .map(|(_, name)| name.span)
}
