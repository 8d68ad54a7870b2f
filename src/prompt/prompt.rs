use std::io::Write;

use serde_json::Value;

use super::lines::{Lines, of_process};
use super::said::Said;
use crate::engine::{Command, Halt, Moment, Onlooker};
use crate::event::{Event, EventKind, Excerpt, ExchangeRecord};
use crate::report::{Cell, Look, Table, clean, exchange_text, problem_text};

/// What stands before what a person says.
const PROMPT: &str = "(flowproof) ";

/// Most lines of one value that are shown.
const MOST_LINES: usize = 100;

/// How it goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Step by step.
    Step,
    /// To a breakpoint or a problem.
    Run,
}

/// Asks a person what to do where a scenario halts, and hands every event on.
pub struct Prompt<'a> {
    look: Look,
    lines: Box<dyn Lines>,
    out: Box<dyn Write>,
    rest: &'a mut dyn FnMut(&Event),
    pace: Pace,
    /// Where it stops: ids, activities and numbers of steps, outcomes and codes.
    breaks: Vec<String>,
    /// What the last step sent that sent something, and its number.
    sent: (u32, Vec<ExchangeRecord>),
    /// The outcome and the code of the last answer, and the step that it is of.
    outcome: Option<(u32, String, Option<i64>)>,
}

impl<'a> Prompt<'a> {
    /// Reads from `lines`, writes to `out`, and gives every event to `rest`.
    pub fn new(look: Look, lines: Box<dyn Lines>, out: Box<dyn Write>, rest: &'a mut dyn FnMut(&Event)) -> Self {
        let (pace, sent) = (Pace::Step, (0, Vec::new()));
        Self { look, lines, out, rest, pace, breaks: Vec::new(), sent, outcome: None }
    }

    /// A prompt on this process's standard input and output.
    pub fn of_process(look: Look, rest: &'a mut dyn FnMut(&Event)) -> Self {
        Self::new(look, of_process(), Box::new(anstream::stdout()), rest)
    }

    fn write(&mut self, text: &str) {
        // Nothing can be done for a reader that has gone.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    fn stops(&self, moment: &Moment) -> bool {
        let named = |name: &str| self.breaks.iter().any(|stop| stop == name);
        match moment {
            Moment::Before { number, id, subject, .. } => {
                let id = id.as_deref().is_some_and(named);
                self.pace == Pace::Step || id || named(subject) || named(&number.to_string())
            }
            Moment::After { problems, .. } if !problems.is_empty() => true,
            Moment::After { number, .. } => self.outcome.as_ref().is_some_and(|(step, outcome, code)| {
                step == number && (named(outcome) || code.is_some_and(|code| named(&code.to_string())))
            }),
        }
    }

    fn tell(&mut self, halt: &Halt) {
        let mut text = String::new();
        match &halt.moment {
            Moment::Before { number, id, kind, subject, excerpt } => {
                let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
                let title = format!("step {number}{id}: {kind} {subject}");
                text += &format!(
                    "\n{}  {}\n",
                    self.look.strong(clean(&title).trim_end()),
                    self.look.faint(&excerpt.locate())
                );
                text += &lines_of(excerpt, &self.look);
            }
            Moment::After { number, problems } => {
                let came = match &self.outcome {
                    Some((step, outcome, code)) if step == number => {
                        format!(" with {outcome}{}", code.map(|code| format!(" {code}")).unwrap_or_default())
                    }
                    _ => String::new(),
                };
                let ended = if problems.is_empty() { "is done" } else { "has failed" };
                text += &format!("\n{}\n", self.look.strong(&clean(&format!("step {number} {ended}{came}"))));
                for problem in problems {
                    text += &problem_text(problem, &self.look);
                }
            }
        }
        let said =
            matches!(&halt.moment, Moment::After { problems, .. } if problems.iter().any(|one| one.standing.is_some()));
        if !said {
            text += &format!("the process stands {}\n", clean(&halt.position));
        }
        self.write(&text);
    }

    /// What a step gave that is not stopped at, for whoever goes step by step.
    fn tell_outcome(&mut self, moment: &Moment) {
        if let (Moment::After { number, .. }, Some((step, outcome, code)), Pace::Step) =
            (moment, &self.outcome, self.pace)
            && number == step
        {
            let code = code.map(|code| format!(" {code}")).unwrap_or_default();
            let text = format!("{}\n", self.look.faint(&clean(&format!("step {step} gave {outcome}{code}"))));
            self.write(&text);
        }
    }

    fn reply(&mut self, reply: &Result<Value, String>) {
        let text = match reply {
            Ok(value) => shown(value),
            Err(why) => format!("{}\n", clean(why)),
        };
        self.write(&text);
    }

    fn show_exchanges(&mut self) {
        let (step, sent) = &self.sent;
        let mut text = if sent.is_empty() { "nothing was sent yet\n".to_owned() } else { format!("in step {step}\n") };
        text.extend(sent.iter().map(|exchange| exchange_text(exchange, &self.look)));
        self.write(&text);
    }

    fn show_breaks(&mut self) {
        let text = match self.breaks.as_slice() {
            [] => "it stops at problems alone; `break NAME` adds a step or an outcome\n".to_owned(),
            breaks => format!("it stops at {}, and at problems\n", breaks.join(", ")),
        };
        self.write(&text);
    }

    /// Asks until something is said that the scenario has to do.
    fn ask(&mut self, halt: &Halt) -> Command {
        loop {
            let Some(line) = self.lines.read(PROMPT) else { return Command::Quit };
            match Said::read(&line) {
                Said::Next => {
                    self.pace = Pace::Step;
                    return Command::Proceed;
                }
                Said::Continue => {
                    self.pace = Pace::Run;
                    return Command::Proceed;
                }
                Said::Retry => {
                    // Whoever repeats a step wants to look at it.
                    self.pace = Pace::Step;
                    return Command::Retry;
                }
                Said::Print(expression) => return Command::Evaluate(expression),
                Said::Set { name, expression } => return Command::Set { name, expression },
                Said::Quit => return Command::Quit,
                Said::Break(Some(name)) => {
                    if !self.breaks.contains(&name) {
                        self.breaks.push(name);
                    }
                    self.show_breaks();
                }
                Said::Break(None) => self.show_breaks(),
                Said::Delete(name) => {
                    self.breaks.retain(|stop| *stop != name);
                    self.show_breaks();
                }
                Said::Show => self.show_exchanges(),
                Said::Where => self.tell(halt),
                Said::Help => {
                    let mut table = Table::default();
                    for (word, does) in Said::help() {
                        table.row([Cell::left(word), Cell::left(does)]);
                    }
                    self.write(&table.lines(2));
                }
                Said::Unclear(why) => self.write(&format!("{}\n", clean(&why))),
            }
        }
    }
}

impl Onlooker for Prompt<'_> {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ScenarioStarted { title, .. } => {
                let id = event.scenario.as_deref().unwrap_or_default();
                let text = format!("{}\n  {}\n", self.look.strong(&clean(title)), self.look.faint(&clean(id)));
                self.write(&text);
                self.sent = (0, Vec::new());
                self.outcome = None;
            }
            EventKind::Exchanged { step, exchange } => {
                if self.sent.0 != *step {
                    self.sent = (*step, Vec::new());
                }
                self.sent.1.push(exchange.as_ref().clone());
            }
            EventKind::OutcomeRead { step, outcome, code, .. } => self.outcome = Some((*step, outcome.clone(), *code)),
            _ => {}
        }
        (self.rest)(event);
    }

    fn halted(&mut self, halt: &Halt) -> Command {
        match &halt.reply {
            Some(reply) => self.reply(reply),
            None if self.stops(&halt.moment) => self.tell(halt),
            None => {
                self.tell_outcome(&halt.moment);
                return Command::Proceed;
            }
        }
        self.ask(halt)
    }
}

/// The author's lines with their numbers; what is not of the step is left out.
fn lines_of(excerpt: &Excerpt, look: &Look) -> String {
    let before = excerpt.line.saturating_sub(excerpt.first_line);
    let within = excerpt.text[..excerpt.text.floor_char_boundary(excerpt.end)].lines().count();
    let last = excerpt.first_line + within.saturating_sub(1);
    let digits = last.to_string().len();
    let lines = excerpt.text.lines().enumerate().take(within).skip(before);
    let line = |(index, line): (usize, &str)| {
        let number = excerpt.first_line + index;
        format!("  {} {}\n", look.faint(&format!("{number:>digits$} |")), clean(line).trim_end())
    };
    lines.map(line).collect()
}

/// A value for people: text and numbers on a line, anything else spread over several.
fn shown(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut told: String = text.lines().take(MOST_LINES).map(|line| format!("{}\n", clean(line))).collect();
    let more = text.lines().count().saturating_sub(MOST_LINES);
    if more > 0 {
        told += &format!("… {more} more lines\n");
    }
    told
}
