use super::shape::ACTOR;
use super::variable::check_id;
use super::{Answers, Body, Opening, Renewal, Scenario, SessionUse};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Spanned};
use crate::template::Template;
use crate::yaml::{Entry, Node, Shaped};

/// The name of the actor that acts where nothing else is said.
pub const MAIN: &str = "main";

/// One who acts in a scenario beside its main actor.
#[derive(Clone, Debug)]
pub struct ActorUse {
    /// Its name.
    pub name: Spanned<String>,
    /// Its key for the engine; without one it may have one of the environment, else it acts as the main actor does.
    pub key: Option<Template>,
    /// The actor on whose walk it acts; without one it walks by itself.
    pub joins: Option<Spanned<String>>,
    /// How its session is opened, at its first step.
    pub session: SessionUse,
}

impl ActorUse {
    pub(super) fn read_all(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let entries = node.mapping("`actors`", found).unwrap_or_default();
        entries.iter().filter_map(|entry| Self::read(entry, sources, found)).collect()
    }

    fn read(entry: &Entry, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        check_id(&entry.key, found);
        if entry.key.value == MAIN {
            let message = format!("`{MAIN}` is the actor of every step that names none");
            found.push(Diagnostic::new(Id::WRONG_VALUE, message).label(entry.key.span, "choose another name"));
        }
        let mut actor = Self { name: entry.key.clone(), key: None, joins: None, session: SessionUse::default() };
        if entry.value.is_null() {
            return Some(actor);
        }
        let fields = Shaped::of(&entry.value, &ACTOR, found)?;
        actor.key = fields.node("key").map(|node| Template::read(node, sources, found));
        actor.joins = fields.text("joins", found);
        actor.session = fields.node("session").map(|node| SessionUse::read(node, sources, found)).unwrap_or_default();
        if let Some(key) = actor.key.as_ref().filter(|key| key.as_literal().is_some()) {
            let one = Diagnostic::new(Id::CLEAR_SECRET, "the key stands in the file in clear").at(key.span());
            found.push(one.help("take it from the environment: key: \"{{ env.NAME }}\""));
        }
        if let (Some(joins), Some(part)) = (&actor.joins, actor.session.part()) {
            let message = format!("`{}` joins a walk, so there is no part of a session to open", actor.name.value);
            let one = Diagnostic::new(Id::CONTRADICTION, message).at(part.span);
            found.push(one.and(joins.span, "joined here"));
        }
        Some(actor)
    }

    /// The activities that open its session, of all that open one. `credential` is the one that obtains the credential;
    /// `own` tells whether the actor has a credential of its own.
    pub fn opens<'a>(
        &self,
        open: &'a [Spanned<String>],
        credential: Option<&str>,
        own: bool,
    ) -> Vec<&'a Spanned<String>> {
        let of_session = self.session.opens(open);
        let from = self.session.from.as_ref().and_then(|from| open.iter().position(|name| name.value == from.value));
        let opens = |(at, name): &(usize, &Spanned<String>)| match credential == Some(name.value.as_str()) {
            true => own,
            false => self.joins.is_none() && *at >= from.unwrap_or_default(),
        };
        of_session.iter().enumerate().filter(opens).map(|(_, name)| name).collect()
    }

    /// Whether the scenario says something that only a credential of its own can be about.
    pub fn wants_credential(&self, credential: Option<&str>) -> bool {
        let given = self.session.inputs.iter().any(|(name, _)| credential == Some(name.value.as_str()));
        self.key.is_some() || given || self.session.renewal != Renewal::Auto
    }
}

/// Reports what is wrong with the names of actors.
pub(super) fn check(scenario: &Scenario, found: &mut Diagnostics) {
    if let Some(from) = &scenario.session.from {
        let message = "`from` is for actors: before the scenario's own session there is nothing to begin with";
        found.push(Diagnostic::new(Id::WRONG_VALUE, message).at(from.span).help("remove it"));
    }
    let mut used: Vec<&str> = Vec::new();
    for name in uses(scenario) {
        used.push(&name.value);
        known(name, scenario, found);
    }
    for actor in &scenario.actors {
        if actor.name.value != MAIN && !used.contains(&actor.name.value.as_str()) {
            let one = Diagnostic::new(Id::UNUSED_ACTOR, format!("`{}` never acts", actor.name.value));
            found.push(one.at(actor.name.span).help(format!("add `as: {}` to a step", actor.name.value)));
        }
        let Some(joins) = &actor.joins else { continue };
        let joined = scenario.actor(&joins.value);
        if !known(joins, scenario, found) {
            continue;
        }
        if let Some(other) = joined.and_then(|joined| joined.joins.as_ref()) {
            let one =
                Diagnostic::new(Id::WRONG_VALUE, format!("`{}` has no walk of its own to be joined", joins.value));
            let help = format!("write `joins: {}`", other.value);
            found.push(one.at(joins.span).help_if((joins.value != actor.name.value).then_some(help)));
        }
    }
    if let Body::Answers(answers) = &scenario.body {
        check_answers(answers, scenario, found);
    }
    for (name, _) in scenario.expect.iter().flat_map(|expect| &expect.actors) {
        if name.value == MAIN {
            let one =
                Diagnostic::new(Id::WRONG_VALUE, format!("what is expected of `{MAIN}` stands in `expect` itself"));
            found.push(one.at(name.span));
        } else if known(name, scenario, found)
            && let Some(joins) = scenario.actor(&name.value).and_then(|actor| actor.joins.as_ref())
        {
            let message = format!("`{}` is on the walk of `{}`, which is judged as a whole", name.value, joins.value);
            found.push(Diagnostic::new(Id::CONTRADICTION, message).at(name.span).and(joins.span, "joined here"));
        }
    }
}

/// Reports an answer by one who does not stand where the process asks.
fn check_answers(answers: &Answers, scenario: &Scenario, found: &mut Diagnostics) {
    for name in answers.all().filter_map(|answer| answer.actor.as_ref()) {
        let actor = scenario.actor(&name.value);
        if actor.is_some_and(|actor| actor.joins.as_ref().is_none_or(|joins| joins.value != MAIN)) {
            let message = format!("`{}` is not on the walk that is answered", name.value);
            let help = format!("write `joins: {MAIN}` under `actors`");
            found.push(Diagnostic::new(Id::CONTRADICTION, message).at(name.span).help(help));
        }
    }
}

/// Whether an actor of a name exists; reported if not.
fn known(name: &Spanned<String>, scenario: &Scenario, found: &mut Diagnostics) -> bool {
    if name.value == MAIN || scenario.actor(&name.value).is_some() {
        return true;
    }
    let one = Diagnostic::new(Id::UNKNOWN_ACTOR, format!("there is no actor `{}`", name.value)).at(name.span);
    let names = scenario.actors.iter().map(|actor| actor.name.value.as_str()).chain([MAIN]);
    found.push(match scenario.actors.is_empty() {
        true => one.help(format!("add `actors: {{ {}: {{}} }}`", name.value)),
        false => one.meant(name.span, name, names),
    });
    false
}

fn uses(scenario: &Scenario) -> impl Iterator<Item = &Spanned<String>> {
    let steps = scenario.steps().into_iter().filter_map(|step| step.actor.as_ref());
    let answers = match &scenario.body {
        Body::Answers(answers) => Some(answers.all().filter_map(|answer| answer.actor.as_ref())),
        Body::Steps(_) => None,
    };
    steps.chain(answers.into_iter().flatten())
}

impl SessionUse {
    /// The name by which only a part of a session is opened, if it is.
    fn part(&self) -> Option<&Spanned<String>> {
        match &self.opening {
            Opening::Until(until) => Some(until),
            Opening::Whole | Opening::None => self.from.as_ref(),
        }
    }
}
