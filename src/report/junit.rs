//! JUnit XML as Jenkins and its kin read it: what `junit-10.xsd` of its xunit plugin permits.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::story::{Attempt, Meaning, Step, Story};
use super::{ReportError, StoredRun};
use crate::event::{Problem, Verdict};

/// Most test cases of one suite: those of a file are held until their number is known.
const MOST_CASES: usize = 1_000;

/// Writes a suite per file, with a test case per scenario.
pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut xml = Xml::begin(run, out)?;
    let mut suite: Option<Suite> = None;
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        let (file, _) = story.file_and_case();
        if let Some(full) = suite.take_if(|suite| suite.name != file || suite.tests == MOST_CASES) {
            xml.suite(full)?;
        }
        let suite = suite.get_or_insert_with(|| Suite::of(file, run, &story));
        suite.scenario(&story).map_err(ReportError::Output)?;
    }
    if let Some(last) = suite {
        xml.suite(last)?;
    }
    xml.end()
}

/// Writes a suite per scenario, with a test case per step.
pub(super) fn write_steps(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut xml = Xml::begin(run, out)?;
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        let mut suite = Suite::of(story.id, run, &story);
        suite.steps(&story).map_err(ReportError::Output)?;
        xml.suite(suite)?;
    }
    xml.end()
}

/// The document.
struct Xml<'a> {
    writer: Writer<&'a mut dyn Write>,
}

impl<'a> Xml<'a> {
    fn begin(run: &StoredRun, out: &'a mut dyn Write) -> Result<Self, ReportError> {
        let mut xml = Self { writer: Writer::new(out) };
        xml.put(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.put(Event::Text(BytesText::new("\n")))?;
        let mut suites = BytesStart::new("testsuites");
        suites.push_attribute(("name", "flowproof"));
        if let Some(millis) = run.millis {
            suites.push_attribute(("time", seconds(millis).as_str()));
        }
        xml.put(Event::Start(suites))?;
        Ok(xml)
    }

    fn suite(&mut self, suite: Suite) -> Result<(), ReportError> {
        let mut start = BytesStart::new("testsuite");
        let counts = [
            ("tests", suite.tests),
            ("failures", suite.failures),
            ("errors", suite.errors),
            ("skipped", suite.skipped),
        ];
        start.push_attribute(("name", suite.name.as_str()));
        for (name, count) in counts {
            start.push_attribute((name, count.to_string().as_str()));
        }
        start.push_attribute(("time", seconds(suite.millis).as_str()));
        if let Some(at) = &suite.at {
            start.push_attribute(("timestamp", at.as_str()));
        }
        self.put(Event::Text(BytesText::new("\n")))?;
        self.put(Event::Start(start))?;
        self.writer.get_mut().write_all(&suite.inside.into_inner()).map_err(ReportError::Output)?;
        self.put(Event::Text(BytesText::new("\n")))?;
        self.put(Event::End(BytesEnd::new("testsuite")))
    }

    fn end(mut self) -> Result<(), ReportError> {
        self.put(Event::Text(BytesText::new("\n")))?;
        self.put(Event::End(BytesEnd::new("testsuites")))?;
        self.put(Event::Text(BytesText::new("\n")))
    }

    fn put(&mut self, event: Event<'_>) -> Result<(), ReportError> {
        self.writer.write_event(event).map_err(ReportError::Output)
    }
}

/// A suite in the making.
struct Suite {
    name: String,
    at: Option<String>,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    millis: f64,
    inside: Writer<Vec<u8>>,
}

impl Suite {
    /// A suite that says of what run it is, and what the scenarios of its file have in common.
    fn of(name: &str, run: &StoredRun, story: &Story<'_>) -> Self {
        let mut suite = Self {
            name: legal(name),
            at: story.at().map(str::to_owned),
            tests: 0,
            failures: 0,
            errors: 0,
            skipped: 0,
            millis: 0.0,
            inside: Writer::new(Vec::new()),
        };
        let head = run.heads.first();
        let some = |name: &'static str, value: Option<String>| value.map(|value| (name, value));
        let list = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
        let properties = [
            some("seed", head.map(|head| head.seed.to_string())),
            some("target", head.map(|head| head.target.name.clone())),
            some("title", Some(story.title.to_owned())),
            some("process", story.process.map(str::to_owned)),
            some("owner", story.owner.map(str::to_owned)),
            some("tags", list(story.tags)),
            some("covers", list(story.covers)),
        ];
        // Memory takes what is written.
        let _ = suite.properties(properties.into_iter().flatten());
        suite
    }

    fn properties(&mut self, all: impl Iterator<Item = (&'static str, String)>) -> io::Result<()> {
        self.open(BytesStart::new("properties"), 1)?;
        for (name, value) in all {
            let mut property = BytesStart::new("property");
            property.push_attribute(("name", name));
            property.push_attribute(("value", legal(&value).as_str()));
            self.indent(2)?;
            self.inside.write_event(Event::Empty(property))?;
        }
        self.close("properties", Some(1))
    }

    fn scenario(&mut self, story: &Story<'_>) -> io::Result<()> {
        let meaning = story.meaning();
        let millis = story.end.as_ref().map_or(0.0, |end| end.millis);
        self.case(story.file_and_case().0, &story.name(), millis, &meaning)?;
        let problems = story.end.as_ref().map(|end| end.problems).unwrap_or_default();
        self.outcome(&meaning, problems, &story.text())?;
        if let [earlier @ .., _] = story.attempts.as_slice() {
            let passed = meaning == Meaning::Passed;
            earlier.iter().try_for_each(|attempt| self.earlier(attempt, passed))?;
        }
        let lines: Vec<String> =
            story.attempts.last().iter().flat_map(|attempt| &attempt.steps).map(Step::line).collect();
        if !lines.is_empty() {
            self.element("system-out", &[], &lines.join("\n"))?;
        }
        self.close("testcase", Some(1))
    }

    fn steps(&mut self, story: &Story<'_>) -> io::Result<()> {
        let meaning = story.meaning();
        let counts = !matches!(meaning, Meaning::Skipped(_));
        let problems = story.end.as_ref().map(|end| end.problems).unwrap_or_default();
        let steps = story.attempts.last().map(|attempt| attempt.steps.as_slice()).unwrap_or_default();
        for step in steps {
            let own: Vec<Problem> =
                problems.iter().filter(|one| one.step == Some(step.record.number)).cloned().collect();
            let meaning = match (&meaning, step.verdict, step.condition) {
                (_, _, Some(condition)) => Meaning::Skipped(format!("{condition} does not hold")),
                (Meaning::Skipped(reason), _, _) if !own.is_empty() => Meaning::Skipped(reason.clone()),
                _ => of_problems(&own),
            };
            self.case(story.id, &step.name(), step.millis, &meaning)?;
            let attempt = Attempt { problems: &own, ..Attempt::default() };
            self.outcome(&meaning, &own, &attempt.text())?;
            self.close("testcase", Some(1))?;
        }
        let told: Vec<u32> = steps.iter().map(|step| step.record.number).collect();
        let elsewhere = |problem: &&Problem| problem.step.is_none_or(|step| !told.contains(&step));
        let own: Vec<Problem> = problems.iter().filter(elsewhere).cloned().collect();
        // What is wrong with no step in particular, and the scenario of which no steps are known.
        if !own.is_empty() || steps.is_empty() || (problems.is_empty() && meaning != Meaning::Passed) {
            let meaning = if counts && !own.is_empty() { of_problems(&own) } else { meaning };
            let millis = if steps.is_empty() { story.end.as_ref().map_or(0.0, |end| end.millis) } else { 0.0 };
            self.case(story.id, &story.name(), millis, &meaning)?;
            let attempt = Attempt { problems: &own, ..Attempt::default() };
            self.outcome(&meaning, &own, &attempt.text())?;
            self.close("testcase", Some(1))?;
        }
        Ok(())
    }

    fn case(&mut self, class: &str, name: &str, millis: f64, meaning: &Meaning) -> io::Result<()> {
        self.tests += 1;
        self.millis += millis;
        match meaning {
            Meaning::Passed => {}
            Meaning::Skipped(_) => self.skipped += 1,
            Meaning::Failed(_) => self.failures += 1,
            Meaning::Errored(_) => self.errors += 1,
        }
        let mut case = BytesStart::new("testcase");
        case.push_attribute(("name", legal(name).as_str()));
        case.push_attribute(("classname", legal(class).as_str()));
        case.push_attribute(("time", seconds(millis).as_str()));
        self.open(case, 1)
    }

    fn outcome(&mut self, meaning: &Meaning, problems: &[Problem], text: &str) -> io::Result<()> {
        let (element, message) = match meaning {
            Meaning::Passed => return Ok(()),
            Meaning::Skipped(reason) => ("skipped", reason),
            Meaning::Failed(message) => ("failure", message),
            Meaning::Errored(message) => ("error", message),
        };
        self.element(element, &[("type", kind(problems)), ("message", message)], text)
    }

    /// An attempt that did not count, because the scenario was run again.
    fn earlier(&mut self, attempt: &Attempt<'_>, passed: bool) -> io::Result<()> {
        let element = match (passed, attempt.verdict) {
            (true, Some(Verdict::Failed)) => "flakyFailure",
            (true, _) => "flakyError",
            (false, Some(Verdict::Failed)) => "rerunFailure",
            (false, _) => "rerunError",
        };
        let message = attempt.problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
        let mut start = BytesStart::new(element);
        start.push_attribute(("message", legal(message).as_str()));
        start.push_attribute(("type", kind(attempt.problems)));
        self.open(start, 2)?;
        self.element_at("stackTrace", &[], &attempt.text(), 3)?;
        self.close(element, Some(2))
    }

    fn element(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.element_at(name, attributes, text, 2)
    }

    fn element_at(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
        depth: usize,
    ) -> io::Result<()> {
        let mut start = BytesStart::new(name);
        for (name, value) in attributes {
            start.push_attribute((*name, legal(value).as_str()));
        }
        self.open(start, depth)?;
        self.inside.write_event(Event::Text(BytesText::new(&legal(text))))?;
        self.close(name, None)
    }

    fn open(&mut self, start: BytesStart<'_>, depth: usize) -> io::Result<()> {
        self.indent(depth)?;
        self.inside.write_event(Event::Start(start))
    }

    /// Closes an element, on a line of its own where its depth is said.
    fn close(&mut self, name: &str, depth: Option<usize>) -> io::Result<()> {
        if let Some(depth) = depth {
            self.indent(depth)?;
        }
        self.inside.write_event(Event::End(BytesEnd::new(name)))
    }

    fn indent(&mut self, depth: usize) -> io::Result<()> {
        let text = format!("\n{}", "  ".repeat(depth));
        self.inside.write_event(Event::Text(BytesText::new(&text)))
    }
}

/// What the problems of one step make of it.
fn of_problems(problems: &[Problem]) -> Meaning {
    let Some(worst) = problems.iter().max_by_key(|problem| problem.verdict) else { return Meaning::Passed };
    match worst.verdict {
        Verdict::Failed => Meaning::Failed(worst.message.clone()),
        _ => Meaning::Errored(worst.message.clone()),
    }
}

fn kind(problems: &[Problem]) -> &str {
    problems.first().map_or("run", |problem| problem.id.as_str())
}

fn seconds(millis: f64) -> String {
    format!("{:.3}", millis.max(0.0) / 1e3)
}

/// The text without what XML cannot hold.
fn legal(text: &str) -> String {
    let holds = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    anstream::adapter::strip_str(text).to_string().chars().filter(holds).collect()
}
