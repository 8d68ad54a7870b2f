use std::time::Instant;

use super::actor::Cast;
use super::block::{BlockEnd, Next, Terms, Then};
use super::interaction::Interaction;
use super::position::Position;
use super::problem::Trouble;
use super::walker::Walker;
use crate::diagnostic::one_of;
use crate::scenario::{Answer, Answers, AnswersEntry, Visits};

impl Walker<'_> {
    /// Lets the process lead: answers where it stands, until it ends.
    pub(super) async fn follow(&mut self, answers: &Answers) -> BlockEnd {
        let mut used = vec![0; answers.entries.len()];
        loop {
            let (since, before, step) = (Instant::now(), self.problems.len(), self.step);
            let result = self.answer_once(answers, &mut used).await;
            let next = result.unwrap_or_else(|trouble| {
                self.report(trouble.or_at(&self.run.sources, answers.span));
                None
            });
            if self.step == step && self.problems.len() > before {
                self.account(before, []);
            }
            if self.step > step {
                self.end(before, since).await;
            }
            if self.step > step {
                self.halt_after(before, false).await;
            }
            if self.problems.len() > before {
                return BlockEnd::Stopped;
            }
            let Some(next) = next else { break };
            match self.play_inside(next.detour).await {
                BlockEnd::Done => {}
                end => return end,
            }
            match next.then {
                Then::End => break,
                Then::Fail(trouble) => {
                    self.report(trouble);
                    return BlockEnd::Stopped;
                }
                Then::Proceed | Then::Again | Then::Goto(_) => {}
            }
        }
        self.judge_unused(answers, &used)
    }

    /// Gives one answer; `None` if the process has ended.
    async fn answer_once<'s>(&mut self, answers: &'s Answers, used: &mut [usize]) -> Result<Option<Next<'s>>, Trouble> {
        self.give_turn(Cast::MAIN);
        self.know_position().await?;
        let (activity, element) = match self.position().clone() {
            Position::Ended => return Ok(None),
            Position::At { activity: Some(activity), element, .. } => (activity, element),
            other => {
                return Err(Trouble::errored("run/position", format!("the process stands {}", other.describe())));
            }
        };
        let of_element = |entry: &&AnswersEntry| {
            [&element.id, &element.name].into_iter().flatten().any(|name| *name == entry.key.value)
        };
        let entry = answers
            .entries
            .iter()
            .find(of_element)
            .or_else(|| answers.entries.iter().find(|entry| entry.key.value == activity));
        let place = self.position().describe();
        let Some(entry) = entry else {
            let keys = one_of(answers.entries.iter().map(|entry| entry.key.value.as_str()));
            let trouble =
                Trouble::failed("run/unanswered", format!("the process stands {place}, and no answer is given for it"));
            return Err(trouble.note(format!("answers are given for {keys}")));
        };
        let index = answers.entries.iter().position(|other| std::ptr::eq(other, entry)).unwrap_or_default();
        let visit = used[index];
        used[index] += 1;
        let answer = match &entry.visits {
            Visits::Every(answer) => answer,
            Visits::Each(list) => list.get(visit).ok_or_else(|| {
                let given = list.len();
                let message = format!(
                    "the process stands {place} for the {} time, and `{}` has {given} answers",
                    ordinal(visit + 1),
                    entry.key.value
                );
                Trouble::failed("run/unanswered", message).at(&self.run.sources, entry.key.span)
            })?,
        };
        self.give(answer, entry, &activity).await.map(Some)
    }

    async fn give<'s>(&mut self, answer: &'s Answer, entry: &AnswersEntry, name: &str) -> Result<Next<'s>, Trouble> {
        self.give_turn(self.cast.number(answer.actor.as_ref()));
        self.halt_before_answer(answer, name).await;
        if let Some(wait) = &answer.wait {
            self.begin("wait", &super::control::iso(wait.value), None, Some(wait.span)).await?;
            let before = self.position().clone();
            self.let_pass(wait.value).await?;
            if self.position().is_same_place(&before) {
                let message = format!("after waiting, the process still stands {}", self.position().describe());
                return Err(Trouble::failed("run/no-timer", message).at(&self.run.sources, wait.span));
            }
            return Ok(Next::PROCEED);
        }
        self.begin("activity", name, None, Some(entry.key.span)).await?;
        self.open_turn().await?;
        let catalogue = self.catalogue().clone();
        let Some(activity) = catalogue.activity(name) else {
            return Err(Trouble::errored("run/activity", format!("the catalogue has no activity `{name}`")));
        };
        let interaction = Interaction {
            activity,
            with: &answer.with,
            at_position: true,
            poll: None,
            simulate: &answer.simulate,
            expect: answer.expect.as_ref(),
            on: &answer.on,
            save: &answer.save,
            id: None,
            place: entry.key.span,
        };
        let outer = std::mem::replace(&mut self.terms, Terms { timeout: None, retry: answer.retry.clone() });
        let before = self.problems.len();
        let next = self.interact(interaction).await;
        self.terms = outer;
        let next = next.unwrap_or_else(|trouble| {
            self.report(trouble.or_at(&self.run.sources, Some(entry.key.span)));
            Next::PROCEED
        });
        if self.problems.len() > before {
            self.account(before, answer.references());
        }
        Ok(next)
    }

    fn judge_unused(&mut self, answers: &Answers, used: &[usize]) -> BlockEnd {
        let before = self.problems.len();
        for (entry, used) in answers.entries.iter().zip(used) {
            let key = &entry.key.value;
            let unused = match &entry.visits {
                Visits::Every(answer) => {
                    (*used == 0 && !answer.optional).then(|| format!("the answer for `{key}` was never asked for"))
                }
                Visits::Each(list) => {
                    let left = list.iter().skip(*used).filter(|answer| !answer.optional).count();
                    (left > 0)
                        .then(|| format!("`{key}` was asked for {used} times, and {left} of its answers are left"))
                }
            };
            if let Some(message) = unused {
                let trouble = Trouble::failed("run/unused-answer", message).at(&self.run.sources, entry.key.span);
                self.report(trouble.note("say `optional: true` if that is fine"));
            }
        }
        if self.problems.len() > before { BlockEnd::Stopped } else { BlockEnd::Done }
    }
}

/// `1st`, `2nd`, `11th`.
pub(super) fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::ordinal;

    #[test]
    fn ordinals_are_english() {
        let told: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 102].map(ordinal).to_vec();
        assert_eq!(told, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd"]);
    }
}
