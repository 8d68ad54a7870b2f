use super::spot::{Level, On, Owner, Spot};
use crate::yaml::{Form, Key};

/// What is named at a place of a scenario, a fragment or the settings.
#[derive(Debug)]
pub(super) enum Subject<'a> {
    /// A key of a mapping that has keys of its own.
    Key(Vec<&'static Key>),
    /// An activity of the catalogue.
    Activity,
    /// An activity that an instance stands at afterwards, or the end.
    Next,
    /// An activity that opens a session.
    Opening,
    /// An activity, or an element of the diagram.
    Asked,
    /// An outcome of an activity.
    Outcome(String),
    /// A code of an activity.
    Code(String),
    /// An input of an activity.
    Input(String),
    /// The value of an input of an activity.
    Value(String, String),
    /// An element of the diagram, of an activity.
    Element(Option<String>),
    /// What a simulator can be told about.
    Simulated,
    /// An outcome of something that the engine does by itself.
    Failure(String),
    /// A code of something that the engine does by itself.
    FailureCode(String),
    /// A process definition.
    Process,
    /// A catalogue.
    Catalogue,
    /// An environment.
    Environment,
    /// A tag.
    Tag,
    /// A state of an instance.
    State,
    /// The path of a fragment.
    Fragment,
    /// An input of the fragment at a path.
    FragmentInput(String),
    /// An output of the fragment at a path.
    Output(String),
    /// A step of the file.
    Step,
    /// An actor of the scenario.
    Actor,
    /// The path of a file, relative to the project's root.
    File,
    /// Something else, of a form.
    Plain(Option<&'a Form>),
}

impl Subject<'_> {
    /// What is named at a place.
    pub fn of(spot: &Spot<'_>) -> Option<Self> {
        let (last, around) = spot.levels.split_last()?;
        match spot.on {
            On::Key(_) => Some(key(last, around)),
            On::Value(_, form) => Some(value(last, around, form)),
        }
    }
}

/// The activity that the innermost step or answer is about.
fn activity(levels: &[Level<'_>]) -> Option<String> {
    levels.iter().enumerate().rev().find_map(|(at, level)| match level.shape() {
        "step" => Some(level.text("activity")?.to_owned()),
        "answer" => levels[..at].last().map(|answers| answers.key.to_owned()),
        _ => None,
    })
}

/// What a simulator is told about at a place.
fn simulated(levels: &[Level<'_>]) -> String {
    let told = levels.iter().rev().find(|level| matches!(level.shape(), "simulate" | "simulate-scenario"));
    told.map(|level| level.key.to_owned()).unwrap_or_default()
}

fn key<'a>(last: &Level<'_>, around: &[Level<'_>]) -> Subject<'a> {
    let outer = around.last();
    let behind = (outer.map_or("", Level::shape), outer.map_or("", |level| level.key));
    match last.owner {
        Owner::Shape(shape) => {
            let is_own = shape.keys_beside(last.entries).iter().any(|key| key.name == last.key);
            match shape.name {
                "session-inputs" if !is_own => Subject::Opening,
                "simulate" | "simulate-scenario" if !is_own => Subject::Simulated,
                _ => Subject::Key(shape.keys_beside(last.entries)),
            }
        }
        Owner::Names(_) => match behind {
            ("scenario", "answers") => Subject::Asked,
            ("step" | "answer", "on") => activity(around).map_or(Subject::Plain(None), Subject::Outcome),
            ("step", "with") if outer.is_some_and(|step| step.text("use").is_some()) => fragment_input(outer),
            ("step" | "answer", "with") => activity(around).map_or(Subject::Plain(None), Subject::Input),
            ("branch", "with") => fragment_input(outer),
            ("walk-expect" | "actor-expect", "visits" | "outcomes") => Subject::Activity,
            ("session-inputs", opening) => Subject::Input(opening.to_owned()),
            _ => Subject::Plain(None),
        },
        Owner::Unknown => Subject::Plain(None),
    }
}

fn fragment_input<'a>(level: Option<&Level<'_>>) -> Subject<'a> {
    let path = level.and_then(|level| level.text("use"));
    path.map_or(Subject::Plain(None), |path| Subject::FragmentInput(path.to_owned()))
}

fn value<'a>(last: &Level<'_>, around: &[Level<'_>], form: Option<&'a Form>) -> Subject<'a> {
    let all = || activity_with(last, around);
    let of = |named: fn(String) -> Subject<'a>| all().map_or(Subject::Plain(form), named);
    let outer = around.last();
    let behind = (outer.map_or("", Level::shape), outer.map_or("", |level| level.key));
    match (last.shape(), last.key) {
        ("step", "activity") => Subject::Activity,
        ("step", "element") => Subject::Element(all()),
        ("step" | "branch", "use") => Subject::Fragment,
        ("branch", "goto") => Subject::Step,
        ("scenario", "process") => Subject::Process,
        ("scenario", "catalogue") => Subject::Catalogue,
        ("scenario", "requires") => Subject::Environment,
        ("scenario", "tags") => Subject::Tag,
        ("settings", "default") | ("profile", "env") => Subject::Environment,
        ("settings" | "environment", "before" | "after") | ("process", "file") => Subject::File,
        ("step" | "answer", "as") | ("actor", "joins") => Subject::Actor,
        ("step" | "answer", "expect") | ("poll", "until" | "stop-when") | ("expectation", "outcome") => {
            of(Subject::Outcome)
        }
        ("expectation", "code") => of(Subject::Code),
        ("expectation", "next") => Subject::Next,
        ("expectation" | "walk-expect" | "actor-expect", "instance") => Subject::State,
        ("walk-expect" | "actor-expect", "walk" | "walk-includes" | "never") => Subject::Activity,
        ("session-inputs", "until" | "from") => Subject::Opening,
        ("visit", "outcome") => Subject::Failure(simulated(around)),
        ("visit", "code") => Subject::FailureCode(simulated(around)),
        ("simulate" | "simulate-scenario", told) if told != "start" => Subject::Failure(told.to_owned()),
        ("step" | "branch", "save") => match last.text("use") {
            Some(path) => Subject::Output(path.to_owned()),
            None => Subject::Plain(form),
        },
        ("", input) => match behind {
            ("step" | "answer", "with") => match activity(around) {
                Some(activity) => Subject::Value(activity, input.to_owned()),
                None => Subject::Plain(form),
            },
            ("session-inputs", opening) => Subject::Value(opening.to_owned(), input.to_owned()),
            ("walk-expect" | "actor-expect", "outcomes") => Subject::Outcome(input.to_owned()),
            ("step" | "branch", "save") => match outer.and_then(|step| step.text("use")) {
                Some(path) => Subject::Output(path.to_owned()),
                None => Subject::Plain(form),
            },
            ("settings", "processes" | "catalogues") => Subject::File,
            _ => Subject::Plain(form),
        },
        _ => Subject::Plain(form),
    }
}

/// The activity of the innermost step or answer, the last mapping being it or inside of it.
fn activity_with(last: &Level<'_>, around: &[Level<'_>]) -> Option<String> {
    match last.shape() {
        "step" => last.text("activity").map(str::to_owned),
        "answer" => around.last().map(|answers| answers.key.to_owned()),
        _ => activity(around),
    }
}
