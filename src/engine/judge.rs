use serde_json::{Value, json};

use super::activity::Reading;
use super::position::Position;
use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::Activity;
use crate::diagnostic::one_of;
use crate::event::{EventKind, Excerpt, ExpectationRecord, Held, Problem, Verdict};
use crate::expect::{Judgement, StatusExpectation, Verdict as Judged, member_step};
use crate::redact::Redactor;
use crate::scenario::{Branch, Promise, StepExpectation};
use crate::source::{Span, Spanned};
use crate::template::Scope;

/// Stands for a value that is not shown.
pub(super) const HIDDEN: &str = "[secret]";

/// The word for the process's end in `next:`.
pub(super) const END: &str = "end";

/// What one expectation came to, before it is told.
#[derive(Clone)]
pub(super) struct Assessment {
    pub record: ExpectationRecord,
    /// What it makes of the scenario if it does not hold.
    pub verdict: Verdict,
    pub notes: Vec<String>,
}

impl Assessment {
    pub fn holds(&self) -> bool {
        self.record.held == Held::Yes
    }
}

impl Walker<'_> {
    /// Judges what a step expects of its answer. Everything is judged, whatever fails first.
    pub(super) async fn judge_step(
        &mut self,
        expect: Option<&StepExpectation>,
        on: &[Branch],
        reading: &Reading,
        activity: Option<&Activity>,
        place: Span,
    ) -> Result<(), Trouble> {
        let mut assessed = Vec::new();
        let result = self.assess(expect, on, reading, activity, place, &mut assessed).await;
        self.record_all(assessed).await;
        result
    }

    /// Assesses an answer by what is expected of it; where nothing is said of outcome or status, success is.
    pub(super) async fn assess(
        &mut self,
        expect: Option<&StepExpectation>,
        on: &[Branch],
        reading: &Reading,
        activity: Option<&Activity>,
        place: Span,
        assessed: &mut Vec<Assessment>,
    ) -> Result<(), Trouble> {
        match activity {
            Some(activity) => assessed.extend(self.assess_outcome(expect, on, reading, activity, place)),
            None if expect.is_none_or(|expect| expect.status.is_none()) => {
                let judged = StatusExpectation::class(2, place).judge(reading.status, &self.scope());
                assessed.extend(self.assessments(judged));
            }
            None => {}
        }
        match expect {
            Some(expect) => self.assess_parts(expect, reading, activity, assessed).await,
            None => Ok(()),
        }
    }

    /// Assesses an answer by what is said, and by nothing else.
    pub(super) async fn assess_stated(
        &mut self,
        expect: &StepExpectation,
        reading: &Reading,
        activity: Option<&Activity>,
        place: Span,
        assessed: &mut Vec<Assessment>,
    ) -> Result<(), Trouble> {
        if let Some(activity) = activity.filter(|_| !expect.outcome.is_empty()) {
            assessed.extend(self.assess_outcome(Some(expect), &[], reading, activity, place));
        }
        self.assess_parts(expect, reading, activity, assessed).await
    }

    async fn assess_parts(
        &mut self,
        expect: &StepExpectation,
        reading: &Reading,
        activity: Option<&Activity>,
        assessed: &mut Vec<Assessment>,
    ) -> Result<(), Trouble> {
        self.prepare(expect.references())?;
        let scope = self.scope();
        let mut judgements = Vec::new();
        if let Some(status) = &expect.status {
            judgements.extend(status.judge(reading.status, &scope));
        }
        if let Some(code) = &expect.code {
            judgements.extend(promise(code, "code", reading.code.map(|code| json!(code)), &scope));
        }
        for (name, matcher) in &expect.headers {
            let value = reading.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name.value));
            let value = value.map(|(_, value)| json!(value));
            judgements.extend(matcher.judge(&format!("header `{}`", name.value), value.as_ref(), &scope));
        }
        let there = (!reading.body.is_null()).then_some(&*reading.body);
        if let Some(body) = &expect.body {
            judgements.extend(body.judge(there, &scope));
        }
        if let Some(schema) = &expect.schema {
            judgements.extend(schema.judge("body", there, &scope));
        }
        if let Some(answer) = &expect.answer {
            let there = (!reading.fields.is_null()).then_some(&*reading.fields);
            judgements.extend(answer.judge(there, &scope));
        }
        if let Some(time) = &expect.time {
            judgements.extend(promise(time, "time in ms", Some(json!(reading.millis)), &scope));
        }
        let absences = self.memory.absences(expect.references());
        for mut one in self.assessments(judgements) {
            if one.record.held == Held::Undecided {
                one.notes.extend(absences.iter().cloned());
            }
            assessed.push(one);
        }
        if let Some(next) = &expect.next {
            assessed.push(self.assess_next(next).await?);
        }
        if let Some(instance) = &expect.instance {
            let reader = self.planned.catalogue.as_ref().and_then(|catalogue| catalogue.session.instance.as_ref());
            let said =
                activity.is_some_and(|activity| reader.is_some_and(|reader| reader.value == activity.name.value));
            // An answer that has just said it need not be asked for again.
            let state = match said && reading.status / 100 == 2 {
                true => self.cast.walk().state.clone(),
                false => self.read_instance().await?,
            };
            let judged = promise(instance, "instance", state.map(Value::String), &scope);
            assessed.extend(self.assessments(judged));
        }
        Ok(())
    }

    fn assess_outcome(
        &self,
        expect: Option<&StepExpectation>,
        on: &[Branch],
        reading: &Reading,
        activity: &Activity,
        place: Span,
    ) -> Option<Assessment> {
        // An expectation that speaks of status or code alone leaves the outcome open.
        let said = expect
            .is_none_or(|expect| !expect.outcome.is_empty() || (expect.status.is_none() && expect.code.is_none()));
        if !said {
            return None;
        }
        let stated = expect.map(|expect| expect.outcome.as_slice()).unwrap_or_default();
        let mut allowed: Vec<&str> = stated.iter().map(|outcome| outcome.value.as_str()).collect();
        if allowed.is_empty() {
            allowed.push(Activity::SUCCESS);
        }
        allowed.extend(on.iter().map(|branch| branch.outcome.value.as_str()));
        let holds = reading.outcome.as_deref().is_some_and(|outcome| allowed.contains(&outcome));
        let name = &activity.name.value;
        let expected = one_of(allowed.iter().copied());
        let message = if holds {
            format!("`{name}` gave {}", reading.describe())
        } else {
            format!("`{name}` gave {}, expected {expected}", reading.describe())
        };
        let span = stated.first().map_or(place, |outcome| outcome.span);
        let record = ExpectationRecord {
            subject: "outcome".to_owned(),
            held: if holds { Held::Yes } else { Held::No },
            expected,
            actual: Some(json!(reading.outcome)),
            message,
            differences: Vec::new(),
            excerpt: Some(Excerpt::of(&self.run.sources, span)),
        };
        let mut notes = Vec::new();
        if let Some(told) = &reading.message {
            notes.push(format!("the target says: {told}"));
        }
        // A server that fails is no statement about the process.
        let verdict =
            if reading.outcome.is_none() && reading.status >= 500 { Verdict::Errored } else { Verdict::Failed };
        Some(Assessment { record, verdict, notes })
    }

    async fn assess_next(&mut self, next: &Spanned<String>) -> Result<Assessment, Trouble> {
        self.know_position().await?;
        let holds = match self.position() {
            Position::Ended => next.value == END,
            position => position.activity() == Some(next.value.as_str()),
        };
        let actual = match self.position() {
            Position::Ended => Some(json!(END)),
            position => position.activity().map(|activity| json!(activity)),
        };
        let stands = self.position().describe();
        let record = ExpectationRecord {
            subject: "next".to_owned(),
            held: if holds { Held::Yes } else { Held::No },
            expected: format!("`{}`", next.value),
            actual,
            message: match holds {
                true => format!("the process stands {stands}"),
                false => format!("the process stands {stands}, expected at `{}`", next.value),
            },
            differences: Vec::new(),
            excerpt: Some(Excerpt::of(&self.run.sources, next.span)),
        };
        Ok(Assessment { record, verdict: Verdict::Failed, notes: Vec::new() })
    }

    /// Tells judgements and records those that do not hold.
    pub(super) async fn record_judgements(&mut self, judgements: Vec<Judgement>) {
        let assessed = self.assessments(judgements);
        self.record_all(assessed).await;
    }

    /// Tells assessments and records those that do not hold.
    pub(super) async fn record_all(&mut self, assessed: Vec<Assessment>) {
        for Assessment { record, verdict, notes } in assessed {
            self.record_expectation(record, verdict, notes).await;
        }
    }

    pub(super) fn assessments(&mut self, judgements: Vec<Judgement>) -> Vec<Assessment> {
        let mut assessed = Vec::new();
        for judgement in judgements {
            self.journal.hide("derived", &judgement.tainted);
            let (held, verdict) = match &judgement.verdict {
                Judged::Held => (Held::Yes, Verdict::Passed),
                Judged::Failed => (Held::No, Verdict::Failed),
                Judged::Undecidable(_) => (Held::Undecided, Verdict::Errored),
            };
            let judgement = self.without_personal_data(self.without_cut_secrets(judgement));
            let record = ExpectationRecord {
                subject: judgement.subject,
                held,
                expected: judgement.expected,
                actual: judgement.actual,
                message: judgement.message,
                differences: judgement.diff,
                excerpt: Some(Excerpt::of(&self.run.sources, judgement.span)),
            };
            assessed.push(Assessment { record, verdict, notes: Vec::new() });
        }
        assessed
    }

    /// A text that was shortened may hold the beginning of a secret, which masking does not find: where secrets are
    /// involved, shortened texts are left out.
    fn without_cut_secrets(&self, judgement: Judgement) -> Judgement {
        let actual = judgement.actual.as_ref().map(Value::to_string).unwrap_or_default();
        let cut = [&judgement.expected, &judgement.message, &actual].into_iter().any(|text| text.contains('…'));
        if !cut || (judgement.tainted.is_empty() && !self.journal.redactor.contains(&actual)) {
            return judgement;
        }
        hidden(judgement, HIDDEN, "a secret is involved")
    }

    /// What is judged of personal data is not shown, however short it is.
    fn without_personal_data(&self, judgement: Judgement) -> Judgement {
        let personal = self.journal.redactor.personal();
        if personal.is_empty() {
            return judgement;
        }
        let differing = judgement.diff.iter().find_map(|difference| personal.field_at(&difference.path));
        match personal.field_at(&judgement.subject).or(differing).map(Redactor::placeholder) {
            Some(placeholder) => hidden(judgement, &placeholder, "it is personal data"),
            None => {
                match judgement.actual.iter().chain(&judgement.expected_value).find_map(|one| personal.field_in(one)) {
                    Some(field) => {
                        let placeholder = Redactor::placeholder(field);
                        // What is there is masked member by member.
                        let (actual, diff) = (judgement.actual.clone(), judgement.diff.clone());
                        Judgement { actual, diff, ..hidden(judgement, &placeholder, "personal data are in it") }
                    }
                    None => judgement,
                }
            }
        }
    }

    /// Tells an expectation and records a problem if it does not hold.
    pub(super) async fn record_expectation(&mut self, record: ExpectationRecord, verdict: Verdict, notes: Vec<String>) {
        if record.held != Held::Yes {
            let subject = record.subject.split_whitespace().next().unwrap_or_default();
            self.problems.push(Problem {
                id: format!("expect/{subject}"),
                verdict,
                message: record.message.clone(),
                step: (self.step > 0).then_some(self.step),
                excerpt: record.excerpt.clone(),
                notes,
                differences: record.differences.clone(),
                path: body_path(&record.subject),
                values: Vec::new(),
                standing: None,
            });
        }
        self.journal.emit(EventKind::ExpectationJudged { step: self.step, expectation: record }).await;
    }
}

/// A judgement without what was judged.
fn hidden(judgement: Judgement, placeholder: &str, why: &str) -> Judgement {
    let told = if judgement.holds() { "is as expected" } else { "is not as expected" };
    Judgement {
        message: format!("{} {told}; it is not shown, because {why}", judgement.subject),
        expected: placeholder.to_owned(),
        expected_value: None,
        actual: judgement.actual.map(|_| Value::String(placeholder.to_owned())),
        diff: Vec::new(),
        ..judgement
    }
}

/// The part of a body that an expectation with such a subject is about: `body $.code`, `body code`.
fn body_path(subject: &str) -> Option<String> {
    match subject.strip_prefix("body")?.trim_start() {
        "" => Some("$".to_owned()),
        path if path.starts_with('$') => Some(path.to_owned()),
        member => Some(format!("${}", member_step(member))),
    }
}

/// Judges one value, as the matcher of a key.
pub(super) fn promise(promise: &Promise, subject: &str, actual: Option<Value>, scope: &Scope) -> Vec<Judgement> {
    promise.matcher.judge(subject, actual.as_ref(), scope)
}
