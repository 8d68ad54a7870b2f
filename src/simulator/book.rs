use crate::script::{Directive, Entry, Script, Visits};

/// What a world was told, and what of it was used.
///
/// Entries of the step at hand hold until the next wait state and beat those of the scenario. Within both, the first of an
/// element's keys that an entry has decides; a list that ran out decides as well, for the element's default.
#[derive(Debug, Default)]
pub struct Book {
    scenario: Vec<Line>,
    step: Vec<Line>,
    /// What was told for steps that are over, and never used.
    unused: Vec<String>,
}

#[derive(Debug)]
struct Line {
    entry: Entry,
    used: usize,
}

impl Line {
    fn new(entry: Entry) -> Self {
        Self { entry, used: 0 }
    }

    fn next(&mut self) -> Option<Directive> {
        let directive = match &self.entry.visits {
            Visits::Every(directive) => Some(directive),
            Visits::Each(directives) => directives.get(self.used),
        };
        self.used += usize::from(directive.is_some());
        directive.cloned()
    }

    /// The entry's key if it was never used, else one line for each visit that did not happen.
    fn unused(&self) -> Vec<String> {
        let key = &self.entry.key;
        match &self.entry.visits {
            _ if self.used == 0 => vec![key.clone()],
            Visits::Every(_) => Vec::new(),
            Visits::Each(directives) => {
                (self.used..directives.len()).map(|visit| format!("{key}, visit {}", visit + 1)).collect()
            }
        }
    }
}

impl Book {
    /// Replaces what holds for the whole scenario. What was unused until then is forgotten: nothing had been started.
    pub fn write(&mut self, script: Script) {
        self.scenario = script.entries.into_iter().map(Line::new).collect();
    }

    /// Adds what holds until the next wait state.
    pub fn write_step(&mut self, entries: Vec<Entry>) {
        self.step.extend(entries.into_iter().map(Line::new));
    }

    /// How many lines it has, with those that are kept because they were never used.
    pub fn len(&self) -> usize {
        self.scenario.len() + self.step.len() + self.unused.len()
    }

    /// What an element is told for this visit: by the first of its keys, the most specific one first, that has an entry.
    pub fn take(&mut self, keys: &[&str]) -> Option<Directive> {
        for lines in [&mut self.step, &mut self.scenario] {
            for key in keys {
                let mut known = lines.iter_mut().filter(|line| same(&line.entry.key, key)).peekable();
                if known.peek().is_some() {
                    return known.find_map(Line::next);
                }
            }
        }
        None
    }

    /// Forgets what held until this wait state.
    pub fn turn(&mut self) {
        self.unused.extend(self.step.drain(..).flat_map(|line| line.unused()));
    }

    /// What was never used, in the order it was told: what steps were told first.
    pub fn unused(&self) -> Vec<String> {
        let lines = self.step.iter().chain(&self.scenario);
        self.unused.iter().cloned().chain(lines.flat_map(Line::unused)).collect()
    }
}

/// Modelers leave breaks and no-break spaces in the names of elements.
fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::Book;
    use crate::script::{Entry, Script};

    fn book(entries: serde_json::Value) -> Book {
        let mut book = Book::default();
        book.write(Script { entries: from_value(entries).unwrap(), ..Script::default() });
        book
    }

    fn code(code: i64) -> serde_json::Value {
        json!({ "code": code })
    }

    fn step(key: &str, number: i64) -> Vec<Entry> {
        from_value(json!([{ "key": key, "visits": { "every": code(number) } }])).unwrap()
    }

    fn taken(book: &mut Book, keys: &[&str]) -> Option<i64> {
        book.take(keys).and_then(|directive| directive.code)
    }

    #[test]
    fn the_most_specific_key_decides() {
        let mut book = book(json!([
            { "key": "quality", "visits": { "every": code(1) } },
            { "key": "Check it", "visits": { "every": code(2) } },
        ]));
        assert_eq!(taken(&mut book, &["Task_1", "Check\u{a0}\n it", "quality"]), Some(2));
        assert_eq!(taken(&mut book, &["Task_2", "Check that", "quality"]), Some(1));
        assert_eq!(taken(&mut book, &["Task_2", "other"]), None);
    }

    #[test]
    fn a_list_is_used_visit_by_visit_and_then_leaves_the_default() {
        let mut book = book(json!([
            { "key": "Task_1", "visits": { "each": [code(1), code(2)] } },
            { "key": "quality", "visits": { "every": code(9) } },
        ]));
        let mut visit = || taken(&mut book, &["Task_1", "quality"]);
        assert_eq!([visit(), visit(), visit()], [Some(1), Some(2), None]);
        assert_eq!(book.unused(), ["quality"]);
    }

    #[test]
    fn what_a_step_was_told_beats_the_scenario_until_the_next_wait_state() {
        let mut book = book(json!([{ "key": "Task_1", "visits": { "every": code(1) } }]));
        book.write_step(step("quality", 2));
        book.write_step(step("elsewhere", 3));
        assert_eq!(taken(&mut book, &["Task_1", "quality"]), Some(2), "even by a less specific key");
        book.turn();
        assert_eq!(taken(&mut book, &["Task_1", "quality"]), Some(1));
        assert_eq!(book.unused(), ["elsewhere"]);
    }

    #[test]
    fn visits_that_did_not_happen_are_told() {
        let mut book = book(json!([{ "key": "quality", "visits": { "each": [code(1), code(2), code(3)] } }]));
        assert_eq!(book.unused(), ["quality"]);
        book.take(&["quality"]);
        assert_eq!(book.unused(), ["quality, visit 2", "quality, visit 3"]);
    }
}
