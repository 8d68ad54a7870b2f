use std::collections::VecDeque;

use super::look::Look;
use super::table::{Cell, Table};
use super::text::{clean, cut, duration, thousands};
use crate::event::{PollRecord, PollResult};

/// What was seen of an answer that is waited for: the first looks and the last ones.
#[derive(Default)]
pub(super) struct History {
    first: Vec<PollRecord>,
    last: VecDeque<PollRecord>,
    /// How many between them are not kept.
    left_out: u64,
}

impl History {
    /// Most looks that are kept of the beginning.
    const FIRST: usize = 3;
    /// Most looks that are kept of the end.
    const LAST: usize = 7;

    pub fn add(&mut self, poll: &PollRecord) {
        if self.first.len() < Self::FIRST {
            self.first.push(poll.clone());
            return;
        }
        if self.last.len() == Self::LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(poll.clone());
    }

    /// One line for each look: its number, when it was, what came, and why that is not what is waited for.
    pub fn table(&self, margin: &str, look: &Look) -> String {
        let mut table = Table::default();
        for poll in &self.first {
            table.row(row(poll, margin, look));
        }
        if self.left_out > 0 {
            let told = format!("{} more", thousands(self.left_out));
            table.row([Cell::right("…"), Cell::left(""), Cell::left(told)]);
        }
        for poll in &self.last {
            table.row(row(poll, margin, look));
        }
        table.lines(margin.len())
    }
}

fn row(poll: &PollRecord, margin: &str, look: &Look) -> [Cell; 4] {
    let code = poll.code.map(|code| format!(" {code}")).unwrap_or_default();
    let came = match &poll.outcome {
        Some(outcome) => format!("{outcome}{code}"),
        None => poll.status.to_string(),
    };
    let why = match (&poll.why, poll.result) {
        (Some(why), _) => clean(why).into_owned(),
        (None, PollResult::Reached) => "reached".to_owned(),
        (None, _) => String::new(),
    };
    let after = poll.after.parse::<jiff::SignedDuration>().map(|after| duration(after.as_millis_f64()));
    let (number, after) = (format!("poll {}", poll.number), format!("after {}", after.unwrap_or_default()));
    let rest = look.width.saturating_sub(margin.len() + number.len() + after.len() + came.len() + 8).max(20);
    let faint = |text: &str| look.faint(text);
    [
        Cell::right(number).painted(faint),
        Cell::left(after).painted(faint),
        Cell::left(clean(&came)),
        Cell::left(cut(&why, rest)),
    ]
}
