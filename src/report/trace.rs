use std::collections::HashMap;
use std::io::Write;

use super::exchange::{line, told};
use super::look::Look;
use super::problem::describe;
use super::text::{clean, cut, width};
use crate::event::{Event, EventKind, ExchangeRecord, StepRecord};

/// Tells every exchange as it happens.
///
/// Each has a line for the request and what became of it, and one for each body. The step stands above its first exchange;
/// where several scenarios run, so does the scenario's id.
pub struct Trace {
    look: Look,
    out: Box<dyn Write>,
    /// Whether it must be said which scenario an exchange is of.
    several: bool,
    /// The step that each running scenario is at, until an exchange of it was told.
    steps: HashMap<String, StepRecord>,
}

impl Trace {
    /// Writes to `out`, in the given look.
    pub fn new(look: Look, out: Box<dyn Write>) -> Self {
        Self { look, out, several: false, steps: HashMap::new() }
    }

    /// Writes to standard error, without colours where they are not wanted.
    pub fn of_process(look: Look) -> Self {
        Self::new(look, Box::new(anstream::stderr()))
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let id = event.scenario.as_deref().unwrap_or_default();
        let text = match &event.kind {
            EventKind::RunStarted { scenarios, .. } => {
                self.several = *scenarios > 1;
                return;
            }
            EventKind::ScenarioStarted { role: Some(_), .. } => {
                self.several = true;
                return;
            }
            EventKind::StepStarted { step, .. } => {
                self.steps.insert(id.to_owned(), step.clone());
                return;
            }
            EventKind::ScenarioFinished { .. } | EventKind::ScenarioRetried { .. } => {
                self.steps.remove(id);
                return;
            }
            EventKind::Exchanged { exchange, .. } => self.exchange(id, exchange),
            _ => return,
        };
        // Nothing can be done for a reader that has gone.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    fn exchange(&mut self, id: &str, exchange: &ExchangeRecord) -> String {
        let columns = self.look.width;
        let scenario = if self.several { format!("{}  ", clean(id)) } else { String::new() };
        let mut text = String::new();
        if let Some(step) = self.steps.remove(id) {
            text += &format!("{}\n", self.look.faint(&cut(&format!("{scenario}{}", describe(&step)), columns)));
        }
        text += &format!(
            "  {}\n",
            self.look.strong(&format!("{scenario}{}", line(exchange, columns.saturating_sub(width(&scenario) + 2))))
        );
        let answer = exchange.response.as_ref().map(|response| &response.body);
        let bodies = [('→', Some(&exchange.request.body)), ('←', answer)];
        for (mark, body) in bodies.into_iter().filter_map(|(mark, body)| Some((mark, body?))) {
            let told = told(body, &[], columns);
            if !told.is_empty() {
                text += &format!("    {mark} {}\n", self.look.faint(&cut(&clean(&told), columns - 6)));
            }
        }
        if let Some(error) = &exchange.error {
            text += &format!("    ← {}\n", self.look.actual(&clean(&error.message)));
        }
        text
    }
}
