use serde_json::Value;
use tokio::sync::oneshot;

use super::activity::Reading;
use super::cancel::Urgency;
use super::journal::Message;
use super::masking::mask_problem;
use super::origin::Origin;
use super::walker::Walker;
use crate::diagnostic::Diagnostics;
use crate::event::{Event, Excerpt, Problem, Section};
use crate::scenario::{Answer, Step};
use crate::source::{Sources, Span};
use crate::template::Template;

/// Who takes part in a run: hears of every event and, where scenarios halt, says what they are to do.
pub trait Onlooker {
    /// Something happened.
    fn event(&mut self, event: &Event);

    /// A scenario halts. Asked only if [`Options::halts`](super::Options::halts); until it says to go on, it is asked again.
    fn halted(&mut self, halt: &Halt) -> Command {
        let _ = halt;
        Command::Proceed
    }
}

impl<F: FnMut(&Event)> Onlooker for F {
    fn event(&mut self, event: &Event) {
        self(event);
    }
}

/// A scenario that halts. What is secret is masked in it.
#[derive(Clone, Debug)]
pub struct Halt {
    /// The scenario's id.
    pub scenario: String,
    /// Where it halts.
    pub moment: Moment,
    /// Where the process stands, in words.
    pub position: String,
    /// Whether the step before can be done again.
    pub may_retry: bool,
    /// What the command before this one gave: a value, or why there is none.
    pub reply: Option<Result<Value, String>>,
}

/// Where a scenario halts.
#[derive(Clone, Debug)]
pub enum Moment {
    /// Before a step.
    Before {
        /// The number that it will have.
        number: u32,
        /// The author's id for it.
        id: Option<String>,
        /// What it does: `activity`, `request` …
        kind: String,
        /// The activity's name, the request line …
        subject: String,
        /// The author's lines.
        excerpt: Excerpt,
    },
    /// After a step.
    After {
        /// Its number.
        number: u32,
        /// What is wrong with it; empty if it passed.
        problems: Vec<Problem>,
    },
}

/// What a scenario that halts is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Go on.
    Proceed,
    /// Do the step before again; what was wrong with it is forgotten.
    Retry,
    /// Evaluate an expression of templates.
    Evaluate(String),
    /// Give a variable the value of an expression.
    Set {
        /// The variable.
        name: String,
        /// The expression.
        expression: String,
    },
    /// End the run; `after` is done.
    Quit,
}

/// Where it goes on after a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Onward,
    /// To the step before.
    Back,
}

impl Walker<'_> {
    /// Halts before a step, if scenarios halt.
    pub(super) async fn halt_before(&mut self, step: &Step, may_retry: bool) -> Turn {
        if !self.run.options.halts {
            return Turn::Onward;
        }
        let moment = Moment::Before {
            number: self.next_number(),
            id: step.id.as_ref().map(|id| id.value.clone()),
            kind: step.kind.keyword().to_owned(),
            subject: self.journal.redactor.mask(&self.subject_of(step)).into_owned(),
            excerpt: Excerpt::of(&self.run.sources, step.span),
        };
        self.halt(moment, may_retry).await
    }

    /// Halts before an answer, if scenarios halt.
    pub(super) async fn halt_before_answer(&mut self, answer: &Answer, activity: &str) {
        if !self.run.options.halts {
            return;
        }
        let (kind, subject) = match &answer.wait {
            Some(wait) => ("wait", super::control::iso(wait.value)),
            None => ("activity", activity.to_owned()),
        };
        let moment = Moment::Before {
            number: self.next_number(),
            id: None,
            kind: kind.to_owned(),
            subject,
            excerpt: Excerpt::of(&self.run.sources, answer.span),
        };
        self.halt(moment, false).await;
    }

    /// Halts after a step that has the problems since `before`, if scenarios halt.
    pub(super) async fn halt_after(&mut self, before: usize, may_retry: bool) -> Turn {
        if !self.run.options.halts {
            return Turn::Onward;
        }
        let mut problems = self.problems[before..].to_vec();
        problems.iter_mut().for_each(|problem| mask_problem(problem, &self.journal.redactor));
        self.halt(Moment::After { number: self.step, problems }, may_retry).await
    }

    /// Keeps an answer for whoever asks for it at a halt.
    pub(super) fn remember(&mut self, reading: &Reading) {
        if self.run.options.halts {
            self.answered = Some(reading.response());
        }
    }

    async fn halt(&mut self, moment: Moment, may_retry: bool) -> Turn {
        let mut reply = None;
        // Who has asked for the end is asked no more.
        while self.run.cancel.urgency() < Urgency::Drain {
            let halt = Halt {
                scenario: self.planned.id.clone(),
                moment: moment.clone(),
                position: self.journal.redactor.mask(&self.position().describe()).into_owned(),
                may_retry,
                reply: reply.take(),
            };
            let (sender, receiver) = oneshot::channel();
            self.journal.pass(Message::Halted(Box::new(halt), sender)).await;
            match receiver.await.unwrap_or(Command::Proceed) {
                Command::Proceed => return Turn::Onward,
                Command::Retry if may_retry => return Turn::Back,
                Command::Retry => reply = Some(Err("there is no step before that could be done again".to_owned())),
                Command::Evaluate(expression) => {
                    reply = Some(self.evaluate_at_halt(&expression).map(|(value, _)| value))
                }
                Command::Set { name, expression } => reply = Some(self.set_at_halt(&name, &expression)),
                Command::Quit => self.run.cancel.press(),
            }
        }
        if self.section < Section::After {
            // The scenario is stopped from outside, and goes to its `after`.
            std::future::pending::<()>().await;
        }
        Turn::Onward
    }

    /// The value of an expression with its secrets masked, and whether it is secret.
    fn evaluate_at_halt(&mut self, expression: &str) -> Result<(Value, bool), String> {
        let (value, secret) = self.value_of(expression)?;
        Ok((self.journal.redactor.mask_json(value), secret))
    }

    fn set_at_halt(&mut self, name: &str, expression: &str) -> Result<Value, String> {
        let (value, secret) = self.value_of(expression)?;
        self.memory.set_var(name, &value, secret, Origin::told("set at the prompt"));
        Ok(self.journal.redactor.mask_json(value))
    }

    fn value_of(&mut self, expression: &str) -> Result<(Value, bool), String> {
        let text = format!("{{{{ {expression} }}}}");
        let mut sources = Sources::new();
        let file = sources.add("prompt", text.clone());
        let mut found = Diagnostics::new();
        let template = Template::parse(&text, Span::new(file, 0, text.len()), &mut found);
        if let Some(problem) = found.sorted().first() {
            return Err(problem.message.clone());
        }
        self.prepare(template.references()).map_err(|trouble| trouble.0.message)?;
        let mut scope = self.scope();
        if let Some(response) = &self.answered {
            scope.set("response", response.clone());
        }
        let evaluated = template.evaluate(&scope).map_err(|error| error.diagnostic().message.clone())?;
        self.journal.hide("derived", &evaluated.tainted);
        Ok((evaluated.value, evaluated.secret))
    }
}
