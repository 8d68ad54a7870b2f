use std::time::Duration;

use serde_json::Value;

use super::activity::Reading;
use super::control::iso;
use super::judge::Assessment;
use super::position::Position;
use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::Activity;
use crate::event::{EventKind, Excerpt, ExpectationRecord, Held, PollRecord, PollResult, Verdict};
use crate::expect::shown;
use crate::http::retry_after;
use crate::scenario::{GivenInputs, Poll, RequestLine};
use crate::source::Span;

/// Most reasons that are told of the last poll.
const TOLD: usize = 5;
/// About as many characters of a value are shown.
const SHOWN: usize = 60;

/// What a step sends.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    Activity {
        activity: &'a Activity,
        with: &'a GivenInputs,
        /// Whether the process must stand at it.
        at_position: bool,
    },
    Request(&'a RequestLine),
}

impl<'a> Asked<'a> {
    pub fn activity(self) -> Option<&'a Activity> {
        match self {
            Self::Activity { activity, .. } => Some(activity),
            Self::Request(_) => None,
        }
    }
}

/// What one poll came to.
struct Turn {
    result: PollResult,
    /// What is not as it is waited for, or what shows that it will never be.
    why: Vec<String>,
}

impl Walker<'_> {
    /// Sends what a step sends, and adds it to the walk where it is a visit.
    async fn ask(&mut self, asked: Asked<'_>) -> Result<Reading, Trouble> {
        match asked {
            Asked::Request(line) => self.send_line(line).await,
            Asked::Activity { activity, with, .. } => {
                let stood = self.position().clone();
                let reading = self.send_activity(activity, with).await?;
                if !activity.element.is_empty() {
                    let outcome = reading.outcome.clone().unwrap_or_else(|| "unknown".to_owned());
                    self.record_visit(&activity.name.value, &outcome, reading.code, &stood);
                }
                Ok(reading)
            }
        }
    }

    /// The answer to what a step sends, which is waited for where the step says so. `None` if it never came.
    pub(super) async fn answer_to(
        &mut self,
        asked: Asked<'_>,
        poll: Option<&Poll>,
        place: Span,
    ) -> Result<Option<Reading>, Trouble> {
        match poll {
            Some(poll) => self.poll(poll, asked, place).await,
            None => self.ask(asked).await.map(Some),
        }
    }

    /// Sends the same again and again. Gives the answer that was waited for; `None` if it never came, which is recorded.
    async fn poll(&mut self, poll: &Poll, asked: Asked<'_>, place: Span) -> Result<Option<Reading>, Trouble> {
        let (since, stood) = (self.poll_clock(), self.position().clone());
        let mut number = 0;
        loop {
            if let (Asked::Activity { activity, at_position: true, .. }, true) = (asked, number > 0) {
                self.assert_position(&activity.name.value, None).await?;
            }
            number += 1;
            let after = self.poll_clock() - since;
            let reading = self.ask(asked).await?;
            let Some(mut turn) = self.turn(poll, asked, &reading, place).await? else { return Ok(None) };
            let wished = retry_after(&reading.headers, self.run.options.clock.now()).unwrap_or_default();
            let pause = poll.every.max(wished);
            if turn.result == PollResult::Waiting && (self.poll_clock() - since).saturating_add(pause) > poll.deadline {
                turn.result = PollResult::Deadline;
            }
            self.tell_poll(number, after, &reading, &turn).await;
            match turn.result {
                PollResult::Reached => {
                    self.settle(stood, asked).await?;
                    return Ok(Some(reading));
                }
                PollResult::KnownBad => {
                    let span = poll.stop_when.as_ref().map_or(poll.span, |stop_when| stop_when.span);
                    let message = format!("poll {number} gave what `stop-when` names: {}", turn.why.join(", "));
                    let expected = "an answer that `stop-when` does not name";
                    self.record_poll("stop-when", span, expected, message, Vec::new()).await;
                    return Ok(None);
                }
                PollResult::Deadline => {
                    let polls = if number == 1 { "1 poll".to_owned() } else { format!("{number} polls") };
                    let message = format!("`until` was not reached within {:?}, in {polls}", poll.deadline);
                    let mut notes = turn.why;
                    notes.truncate(TOLD);
                    if wished > poll.every {
                        notes.push(format!("the target asks to be left alone for {wished:?}"));
                    }
                    self.record_poll("until", poll.until.span, "an answer that `until` names", message, notes).await;
                    return Ok(None);
                }
                PollResult::Waiting => self.pause_poll(pause, asked).await?,
            }
        }
    }

    /// Judges one answer; `None` if it could not be judged, which is recorded.
    async fn turn(
        &mut self,
        poll: &Poll,
        asked: Asked<'_>,
        reading: &Reading,
        place: Span,
    ) -> Result<Option<Turn>, Trouble> {
        if let Some(stop_when) = &poll.stop_when {
            let mut found = Vec::new();
            self.assess_stated(stop_when, reading, asked.activity(), place, &mut found).await?;
            if self.record_undecided(&found).await {
                return Ok(None);
            }
            if found.iter().all(Assessment::holds) {
                let why = found.iter().map(|one| told(&one.record)).collect();
                return Ok(Some(Turn { result: PollResult::KnownBad, why }));
            }
        }
        let mut found = Vec::new();
        self.assess(Some(&poll.until), &[], reading, asked.activity(), place, &mut found).await?;
        if self.record_undecided(&found).await {
            return Ok(None);
        }
        let why: Vec<String> = found.iter().filter(|one| !one.holds()).map(|one| one.record.message.clone()).collect();
        let result = if why.is_empty() { PollResult::Reached } else { PollResult::Waiting };
        Ok(Some(Turn { result, why }))
    }

    async fn record_undecided(&mut self, found: &[Assessment]) -> bool {
        let undecided: Vec<Assessment> =
            found.iter().filter(|one| one.record.held == Held::Undecided).cloned().collect();
        let any = !undecided.is_empty();
        self.record_all(undecided).await;
        any
    }

    async fn tell_poll(&mut self, number: u32, after: Duration, reading: &Reading, turn: &Turn) {
        let poll = PollRecord {
            number,
            after: iso(after),
            status: reading.status,
            outcome: reading.outcome.clone(),
            code: reading.code,
            result: turn.result,
            why: turn.why.first().cloned(),
        };
        self.journal.emit(EventKind::Polled { step: self.step, poll }).await;
    }

    async fn record_poll(&mut self, subject: &str, span: Span, expected: &str, message: String, notes: Vec<String>) {
        let record = ExpectationRecord {
            subject: subject.to_owned(),
            held: Held::No,
            expected: expected.to_owned(),
            actual: None,
            message,
            differences: Vec::new(),
            excerpt: Some(Excerpt::of(&self.run.sources, span)),
        };
        self.record_expectation(record, Verdict::Failed, notes).await;
    }

    /// Lets the time between two polls pass. Where the process stands then is asked when it matters.
    async fn pause_poll(&mut self, pause: Duration, asked: Asked<'_>) -> Result<(), Trouble> {
        // While an activity of the process is polled, its own answers say it.
        self.pass(pause).await?;
        if !matches!(asked, Asked::Activity { at_position: true, .. }) && matches!(self.position(), Position::At { .. })
        {
            self.stand(Position::Unknown("time has passed".to_owned()));
        }
        Ok(())
    }

    /// Finds out what the time that passed has done to the process.
    async fn settle(&mut self, stood: Position, asked: Asked<'_>) -> Result<(), Trouble> {
        let own = asked.activity().is_some_and(|activity| !activity.element.is_empty());
        if own || !matches!(self.position(), Position::Unknown(_) | Position::Ended) {
            return Ok(());
        }
        self.outlast(stood).await
    }

    /// Time as polls count it: the simulator's alone where there is one, so that the same scenario has the same polls.
    fn poll_clock(&self) -> Duration {
        if self.control.is_some() {
            self.virtual_time
        } else {
            self.started.elapsed().saturating_sub(self.held.total())
        }
    }
}

/// What is there, in words: `body $.state is "FAILED"`.
fn told(record: &ExpectationRecord) -> String {
    let actual = record.actual.as_ref().unwrap_or(&Value::Null);
    match record.actual {
        Some(_) => format!("{} is {}", record.subject, shown(actual, SHOWN)),
        None => format!("{} is absent", record.subject),
    }
}
