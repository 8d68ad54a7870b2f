use jiff::civil::Date;

use super::Project;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};

/// What was found about a definition, without what the settings accept.
pub struct Unaccepted {
    /// What counts, remarks on the settings' own entries included.
    pub found: Diagnostics,
    /// How many findings do not count.
    pub accepted: usize,
}

impl Project {
    /// Takes what the settings accept about a process out of what was found about it. An entry whose day is over accepts nothing.
    pub fn without_accepted(&self, process: &str, all: Diagnostics, today: Date) -> Unaccepted {
        let processes = self.settings.iter().flat_map(|settings| &settings.processes);
        let entries: Vec<_> =
            processes.filter(|one| one.name.value == process).flat_map(|process| &process.accept).collect();
        let mut is_used = vec![false; entries.len()];
        let (mut found, mut accepted) = (Diagnostics::new(), 0);
        for finding in all {
            let mut covered = false;
            for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.covers(&finding)) {
                is_used[at] = true;
                covered |= !entry.is_expired(today);
            }
            match covered {
                true => accepted += 1,
                false => found.push(finding),
            }
        }
        for (entry, is_used) in entries.into_iter().zip(is_used) {
            if !is_used {
                let message = format!("{} is accepted and not found in `{process}`", entry.called());
                let one = Diagnostic::new(Id::ACCEPTED_UNUSED, message).at(entry.rule.span);
                found.push(one.help("remove the entry: it would hide the finding if it came back"));
            } else if entry.is_expired(today) {
                let message = format!("{} is accepted no longer: it counts again", entry.called());
                let one = Diagnostic::new(Id::ACCEPTED_EXPIRED, message).label(entry.until.span, "this day is over");
                found.push(one.help("mend what was found and remove the entry; else give it another day"));
            }
        }
        Unaccepted { found, accepted }
    }
}
