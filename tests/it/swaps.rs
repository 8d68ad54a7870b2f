use std::collections::{BTreeMap, BTreeSet};

use flowproof::catalogue::{Activity, Catalogue, embedded};
use flowproof::diagnostic::Diagnostics;
use flowproof::project::yaml_files;
use flowproof::scenario::{Answers, Body, Branch, Scenario, Simulate, Step, StepExpectation, StepKind, Visits};
use flowproof::source::{Sources, Span, Spanned};

use crate::project::{TestProject, shipped};

/// A change of a scenario's text.
struct Change {
    kind: &'static str,
    what: String,
    /// What is replaced, by what, in the order of the file.
    edits: Vec<(std::ops::Range<usize>, String)>,
}

impl Change {
    fn of(kind: &'static str, span: Span, with: &str) -> Self {
        let range = span.start as usize..span.end as usize;
        Self { kind, what: with.to_owned(), edits: vec![(range, with.to_owned())] }
    }

    fn applied(&self, text: &str) -> String {
        let mut changed = text.to_owned();
        for (range, with) in self.edits.iter().rev() {
            changed.replace_range(range.clone(), with);
        }
        changed
    }
}

/// Everything that is changed in one scenario.
struct Changes<'a> {
    catalogue: &'a Catalogue,
    text: &'a str,
    all: Vec<Change>,
}

impl Changes<'_> {
    fn scenario(&mut self, scenario: &Scenario) {
        for step in scenario.steps() {
            let StepKind::Activity { name, .. } = &step.kind else { continue };
            self.activity(&name.value, step.expect.as_ref(), &step.on);
            self.simulate(&step.simulate);
        }
        if let Body::Answers(answers) = &scenario.body {
            self.answers(answers);
        }
        self.simulate(&scenario.simulate);
        for (name, outcomes) in scenario.expect.iter().flat_map(|expect| &expect.outcomes) {
            let Some(activity) = self.catalogue.activity(&name.value) else { continue };
            outcomes.iter().for_each(|outcome| self.outcome(activity, outcome));
        }
        for section in scenario.sections() {
            self.steps(section);
        }
    }

    fn answers(&mut self, answers: &Answers) {
        for entry in &answers.entries {
            for answer in entry.visits.all() {
                self.activity(&entry.key.value, answer.expect.as_ref(), &answer.on);
                self.simulate(&answer.simulate);
            }
            if let Visits::Each(list) = &entry.visits {
                self.items("answer removed", "answers swapped", &list.iter().map(|one| one.span).collect::<Vec<_>>());
            }
        }
    }

    fn activity(&mut self, name: &str, expect: Option<&StepExpectation>, on: &[Branch]) {
        let Some(activity) = self.catalogue.activity(name) else { return };
        let expected = expect.into_iter().flat_map(|expect| &expect.outcome);
        for outcome in expected.chain(on.iter().map(|branch| &branch.outcome)) {
            self.outcome(activity, outcome);
        }
        let code = expect.and_then(|expect| expect.code.as_ref());
        if let Some([code]) = code.map(|code| code.matcher.listed()).as_deref() {
            let matcher = &expect.unwrap().code.as_ref().unwrap().matcher;
            let codes: BTreeSet<i64> = self
                .catalogue
                .activities
                .iter()
                .flat_map(|one| &one.outcomes)
                .flat_map(|one| one.codes.clone())
                .collect();
            for other in codes.into_iter().filter(|other| code.as_i64() != Some(*other)) {
                self.all.push(Change::of("code", matcher.span(), &other.to_string()));
            }
        }
    }

    fn outcome(&mut self, activity: &Activity, outcome: &Spanned<String>) {
        for other in activity.outcomes.iter().filter(|other| other.name.value != outcome.value) {
            self.all.push(Change::of("outcome", outcome.span, &other.name.value));
        }
    }

    fn simulate(&mut self, simulate: &Simulate) {
        for entry in &simulate.entries {
            let automatic = self.catalogue.automatic.iter().find(|one| one.name.value == entry.key.value);
            let Some(automatic) = automatic else { continue };
            for directive in entry.visits.all() {
                let Some(outcome) = &directive.outcome else { continue };
                let others = automatic.failures.iter().map(|failure| failure.name.value.as_str()).chain(["success"]);
                for other in others.filter(|other| *other != outcome.value) {
                    self.all.push(Change::of("simulated outcome", outcome.span, other));
                }
            }
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        let spans: Vec<Span> = steps.iter().map(|step| step.span).collect();
        self.items("step removed", "steps swapped", &spans);
    }

    /// Removes each item of a block list, and swaps neighbours.
    fn items(&mut self, removed: &'static str, swapped: &'static str, spans: &[Span]) {
        let begin = |span: &Span| self.text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let lead = |span: &Span| self.text[begin(span)..span.start as usize].trim();
        if spans.is_empty() || spans.iter().any(|span| lead(span) != "-") {
            return;
        }
        let last = spans[spans.len() - 1].end as usize;
        let end = self.text[last..].find('\n').map_or(self.text.len(), |at| last + at + 1);
        let begins: Vec<usize> = spans.iter().map(begin).chain([end]).collect();
        let item = |at: usize| begins[at]..begins[at + 1];
        for at in 0..spans.len() {
            let what = self.text[item(at)].lines().next().unwrap_or_default().trim().to_owned();
            if spans.len() > 1 {
                self.all.push(Change { kind: removed, what: what.clone(), edits: vec![(item(at), String::new())] });
            }
            if at + 1 < spans.len() {
                let (one, other) = (&self.text[item(at)], &self.text[item(at + 1)]);
                if one != other {
                    let edits = vec![(begins[at]..begins[at + 2], format!("{other}{one}"))];
                    self.all.push(Change { kind: swapped, what, edits });
                }
            }
        }
    }
}

/// Outcomes, codes and steps are put elsewhere in every shipped scenario. What contradicts the diagram, the catalogue or the
/// scenario's own `simulate` is found before any request; of the rest the snapshot tells how many fail when they are run, by what the
/// run says, and how many are just other scenarios that pass.
#[test]
fn what_is_put_elsewhere_is_found_before_any_request() {
    let mut sources = Sources::new();
    let file = sources.add("trustx.yaml", embedded("trustx").unwrap());
    let catalogue = Catalogue::read(&sources, file, &mut Diagnostics::new()).unwrap();
    let mut project = TestProject::shipped();
    let originals = yaml_files(&shipped().join("scenarios")).unwrap();
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for path in &originals {
        let text = std::fs::read_to_string(path).unwrap();
        let id = path.strip_prefix(shipped()).unwrap().to_str().unwrap();
        let file = sources.add(id, text.as_str());
        let mut found = Diagnostics::new();
        let Some(scenario) = Scenario::read(&sources, file, &mut found) else { continue };
        let mut made = Changes { catalogue: &catalogue, text: &text, all: Vec::new() };
        made.scenario(&scenario);
        std::fs::remove_file(project.path(id)).unwrap();
        for (number, change) in made.all.into_iter().enumerate() {
            let name = format!("{}-{number:03}.yaml", id.trim_end_matches(".yaml"));
            project = project.file(&name, change.applied(&text));
            changes.insert(name, change);
        }
    }
    let ran = project.run(&["--jobs", "2"]);
    let mut verdicts: BTreeMap<&str, &str> = BTreeMap::new();
    let all = ran.verdicts();
    for (id, verdict) in &all {
        // Of several cases the worst one counts.
        let path = id.split('#').next().unwrap_or_default();
        let known = verdicts.entry(path).or_insert(verdict);
        if verdict != "passed" {
            *known = verdict;
        }
    }
    let mut table: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut left = Vec::new();
    for (name, change) in &changes {
        let row = table.entry(change.kind).or_default();
        row[0] += 1;
        match verdicts.get(name.as_str()) {
            None => row[1] += 1,
            Some(&"passed") => row[2] += 1,
            Some(verdict) => {
                row[3] += 1;
                left.push(format!("{verdict:8} {:18} {name}: {}", change.kind, change.what));
            }
        }
    }
    let mut told = format!("{:20}{:>9}{:>9}{:>13}{:>14}\n", "", "changes", "found", "still true", "told by run");
    for (kind, [all, found, passed, failed]) in &table {
        told += &format!("{kind:20}{all:>9}{found:>9}{passed:>13}{failed:>14}\n");
    }
    if std::env::var_os("SHOW_LEFT").is_some() {
        println!("{told}{}", left.join("\n"));
    }
    insta::assert_snapshot!(told);
}
