//! Names in one part of a catalogue that stand for something in another.

use std::collections::BTreeSet;

use crate::catalogue::{Activity, Behaviour, Catalogue, Exchange, Input, InputType, RequestUse, Role, When};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, one_of};
use crate::source::Spanned;
use crate::template::Template;

/// What templates of a catalogue can read, by where they stand.
const BEFORE: &[&str] = &["session", "position", "process"];
const SENDING: &[&str] = &["inputs", "session", "position", "process"];
const AFTER: &[&str] = &["answer", "inputs", "session"];
const CREDENTIAL: &[&str] = &["session"];
const JUDGING: &[&str] = &["inputs", "session"];
const CAPTURED: &[&str] = &["subject", "parameters"];
const COMPOSED: &[&str] = &["base_url", "tenant", "instance", "token", "parameters"];

/// Checks all references of a catalogue. `activities` and `exchanges` are the names that the file declares, those included
/// whose declaration is broken, so that nothing is reported twice.
pub(super) fn check(
    catalogue: &Catalogue,
    activities: &BTreeSet<String>,
    exchanges: &BTreeSet<String>,
    found: &mut Diagnostics,
) {
    let mut check = Check { catalogue, activities, exchanges, found };
    check.session();
    catalogue.activities.iter().for_each(|activity| check.activity(activity));
    catalogue.wire.exchanges.iter().for_each(|exchange| check.exchange(exchange));
    check.routes();
    for automatic in &catalogue.automatic {
        automatic.values.iter().for_each(|(_, template)| check.roots(template, COMPOSED));
        if let Behaviour::Check { rules, .. } = &automatic.behaviour {
            let matchers = rules.iter().flat_map(|rule| &rule.when);
            matchers.flat_map(|(_, matcher)| matcher.templates()).for_each(|template| check.roots(template, CAPTURED));
        }
    }
    if let Some(credential) = &catalogue.wire.credential {
        check.roots(&credential.value, CREDENTIAL);
    }
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    activities: &'a BTreeSet<String>,
    exchanges: &'a BTreeSet<String>,
    found: &'a mut Diagnostics,
}

impl Check<'_> {
    fn unknown<'n>(&mut self, name: &Spanned<String>, what: &str, known: impl IntoIterator<Item = &'n str>) {
        let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, format!("there is no {what} `{}`", name.value));
        let mut known = known.into_iter().peekable();
        let nothing = known.peek().is_none().then(|| format!("the catalogue declares no {what} at all"));
        self.found.push(one.at(name.span).meant(name.span, name, known).help_if(nothing));
    }

    fn known_activity(&mut self, name: &Spanned<String>) {
        let activities = self.activities;
        if !activities.contains(&name.value) {
            self.unknown(name, "activity", activities.iter().map(String::as_str));
        }
    }

    fn session(&mut self) {
        let session = &self.catalogue.session;
        let names = session.open.iter().chain(&session.credential).chain(&session.position).chain(&session.instance);
        let names = names.chain(&session.end);
        names.for_each(|name| self.known_activity(name));
        if let Some(when) = &session.renew_when {
            let names = self.catalogue.wire.error_fields.iter().map(|field| field.name.value.clone()).collect();
            self.when(when, &names, &[]);
        }
    }

    /// The names of a condition. `fields` may be read with their members.
    fn when(&mut self, when: &When, fields: &BTreeSet<String>, inputs: &[Input]) {
        for (name, _) in &when.fields {
            let whole = |field: &String| name.strip_prefix(field.as_str()).is_some_and(|rest| rest.starts_with('.'));
            if !fields.contains(&name.value) && !fields.iter().any(whole) {
                let known = fields.iter().map(String::as_str).chain(["status", "inputs"]);
                self.unknown(name, "field", known.collect::<Vec<_>>());
            }
        }
        let matchers = when.fields.iter().chain(&when.inputs).map(|(_, matcher)| matcher.templates());
        for template in matchers.chain(when.status.iter().map(|status| status.templates())).flatten() {
            self.roots(template, JUDGING);
        }
        for (name, _) in &when.inputs {
            if !inputs.iter().any(|input| input.name.value == name.value) {
                self.unknown(name, "input", inputs.iter().map(|input| input.name.as_str()));
            }
        }
    }

    fn activity(&mut self, activity: &Activity) {
        for input in &activity.inputs {
            input.default.iter().for_each(|default| self.roots(default, BEFORE));
        }
        for request in &activity.requests {
            self.request(request, activity);
        }
        let last = activity.requests.last().and_then(|request| self.catalogue.wire.exchange(&request.exchange));
        let after =
            activity.keep.iter().map(|keep| &keep.from).chain(activity.ensure.iter().map(|ensure| &ensure.that));
        after.for_each(|template| {
            self.roots(template, AFTER);
            self.inputs(template, activity);
            last.iter().for_each(|exchange| self.answer_of(template, exchange));
        });
        if let Some(exchange) = last {
            let names = self.field_names(exchange);
            activity.outcomes.iter().for_each(|outcome| self.when(&outcome.when, &names, &activity.inputs));
        }
        if let Some(needs) = &activity.simulated.needs {
            self.needs(&needs.upload, activity);
        }
        if let Some(form) = &activity.simulated.form {
            let outcomes = [Some(&form.invalid), form.exceeded.as_ref()];
            for name in outcomes.into_iter().flatten().filter(|name| activity.outcome(name).is_none()) {
                self.unknown(name, "outcome", activity.outcomes.iter().map(|outcome| outcome.name.as_str()));
            }
        }
    }

    fn field_names(&self, exchange: &Exchange) -> BTreeSet<String> {
        let fields = exchange.answers.iter().flat_map(|answer| &answer.fields).chain(&self.catalogue.wire.error_fields);
        fields.map(|field| field.name.value.clone()).collect()
    }

    fn request(&mut self, request: &RequestUse, activity: &Activity) {
        if let Some(condition) = request.condition.as_ref().filter(|name| activity.input(name).is_none()) {
            self.unknown(condition, "input", activity.inputs.iter().map(|input| input.name.as_str()));
        }
        for (_, template) in request.with.iter().flatten() {
            self.roots(template, SENDING);
            self.inputs(template, activity);
        }
        if !self.exchanges.contains(&request.exchange.value) {
            return self.unknown(&request.exchange, "exchange", self.exchanges.iter().map(String::as_str));
        }
        let Some(exchange) = self.catalogue.wire.exchange(&request.exchange) else { return };
        let parameters = exchange.parameters();
        let given: Vec<&Spanned<String>> = match &request.with {
            Some(with) => with.iter().map(|(name, _)| name).collect(),
            None => activity.inputs.iter().map(|input| &input.name).collect(),
        };
        for name in given.iter().filter(|name| !parameters.contains(&name.as_str())) {
            let message = format!("`{}` has no parameter `{}`", exchange.name.value, name.value);
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(name.span);
            self.found.push(one.meant(name.span, name, parameters.iter().copied()));
        }
        let declared = exchange.params.iter().filter(|param| param.required && param.default.is_none());
        // Where the whole URL is given, the path is not written.
        let whole = exchange.url.as_ref().is_some_and(|url| given.iter().any(|name| name.value == *url));
        let in_path = exchange.path.parameters().filter(|_| !whole);
        let needed: BTreeSet<&str> = declared.map(|param| param.name.as_str()).chain(in_path).collect();
        let missing: Vec<&str> =
            needed.into_iter().filter(|name| !given.iter().any(|given| given.value == **name)).collect();
        if !missing.is_empty() {
            let message = format!(
                "the request needs {}",
                missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
            );
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(request.exchange.span);
            self.found.push(one.help("give it in `with`, or declare an input of that name"));
        }
    }

    fn needs(&mut self, needs: &Spanned<String>, activity: &Activity) {
        if !self.exchanges.contains(&needs.value) {
            return self.unknown(needs, "exchange", self.exchanges.iter().map(String::as_str));
        }
        let Some(exchange) = self.catalogue.wire.exchange(needs) else { return };
        if !exchange.accepts.iter().any(|name| name.value == activity.name.value) {
            let message = format!("`{}` is not accepted at `{}`", needs.value, activity.name.value);
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(needs.span);
            self.found.push(one.and(exchange.name.span, "list the activity in its `accepts`"));
        }
    }

    fn exchange(&mut self, exchange: &Exchange) {
        exchange.accepts.iter().for_each(|name| self.known_activity(name));
        if exchange.credential && self.catalogue.wire.credential.is_none() {
            let message = format!("`{}` sends a credential that the wire does not declare", exchange.name.value);
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(exchange.name.span);
            self.found.push(one.help("add `credential:` with `header` and `value` to `wire`"));
        }
        let places = exchange.parameters();
        for param in exchange.params.iter().filter(|param| !places.contains(&param.name.as_str())) {
            let message = format!("the parameter `{}` stands nowhere in the request", param.name.value);
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(param.name.span);
            self.found.push(one.help("name it in `path`, `query`, `headers` or the fields of `body`"));
        }
        for name in exchange.records.iter().chain(exchange.matches.iter().map(|(name, _)| name)) {
            if !places.contains(&name.as_str()) {
                self.unknown(name, "parameter", places.iter().copied());
            }
        }
        if exchange.role.is_of_definitions() && exchange.of.is_none() {
            let one =
                Diagnostic::new(Id::CATALOGUE_INCOMPLETE, "definitions are `of` something").at(exchange.name.span);
            self.found.push(one.help("add `of: process` or `of: form`"));
        }
        self.answers(exchange);
        self.files(exchange);
        self.means(exchange);
    }

    /// The answers by which the simulator plays the role.
    fn answers(&mut self, exchange: &Exchange) {
        let missing: Vec<&str> =
            exchange.role.answers().iter().copied().filter(|name| exchange.answer(name).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("`{}` has no answer {}", exchange.name.value, one_of(missing.iter().copied()));
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(exchange.name.span);
            self.found.push(one.help(format!("the simulator answers the role `{}` by it", exchange.role.word())));
        }
        if exchange.role == Role::Upload && exchange.stores.is_none() {
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, "an upload needs `stores`").at(exchange.name.span);
            self.found.push(one.help("name the process variable that holds the captures"));
        }
    }

    /// Files stand in bodies alone.
    fn files(&mut self, exchange: &Exchange) {
        let places = exchange.parameters();
        let in_body = |name: &str| exchange.body.fields.iter().any(|field| field.name.value == name);
        let files = exchange.params.iter().filter(|param| matches!(param.kind, InputType::File { .. }));
        for param in files.filter(|param| places.contains(&param.name.as_str()) && !in_body(&param.name)) {
            let message = format!("the file `{}` must stand in the body", param.name.value);
            self.found.push(Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(param.name.span));
        }
    }

    /// A meaning is a value that a declared parameter can have.
    fn means(&mut self, exchange: &Exchange) {
        for (meaning, (name, value)) in &exchange.means {
            let declared = exchange.params.iter().find(|param| param.name.value == *name);
            let allowed = declared.is_some_and(|param| param.one_of.contains(value) || param.one_of.is_empty());
            if !allowed {
                let message = format!("`{meaning}` is a value that the parameter `{name}` cannot have");
                let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(exchange.name.span);
                self.found.push(one.help("name a parameter of `params` and one of its values"));
            }
        }
    }

    /// Requests are told apart by method and path, whatever the parameters in it are called.
    fn routes(&mut self) {
        let exchanges = &self.catalogue.wire.exchanges;
        for (at, exchange) in exchanges.iter().enumerate() {
            let same = |other: &&Exchange| {
                other.path.is_like(&exchange.path)
                    && other.methods.iter().any(|method| exchange.methods.contains(method))
            };
            if let Some(first) = exchanges[..at].iter().find(same) {
                let (one, other) = (&first.name, &exchange.name);
                let message = format!("`{}` and `{}` have the same method and path", one.value, other.value);
                let one = Diagnostic::new(Id::CATALOGUE_ROUTE, message).label(other.span, "never reached");
                self.found.push(one.and(first.name.span, "the simulator takes every such request for this"));
            }
        }
    }

    fn roots(&mut self, template: &Template, known: &[&str]) {
        for reference in template.references() {
            if let Some(root) = reference.path.first().filter(|root| !known.contains(&root.as_str())) {
                let name = Spanned::new(root.clone(), reference.span);
                self.unknown(&name, "variable", known.iter().copied());
            }
        }
    }

    fn inputs(&mut self, template: &Template, activity: &Activity) {
        let variables: Vec<String> = activity.inputs.iter().map(Input::variable).collect();
        self.members(template, "inputs", "input", &variables);
    }

    fn answer_of(&mut self, template: &Template, exchange: &Exchange) {
        let names = self.field_names(exchange);
        let members: BTreeSet<String> =
            names.iter().map(|name| name.split('.').next().unwrap_or_default().to_owned()).collect();
        self.members(template, "answer", "field", &members.into_iter().collect::<Vec<_>>());
    }

    fn members(&mut self, template: &Template, root: &str, what: &str, known: &[String]) {
        for reference in template.references() {
            if let [first, second, ..] = reference.path.as_slice()
                && first == root
                && !known.contains(second)
            {
                let name = Spanned::new(second.clone(), reference.span);
                self.unknown(&name, what, known.iter().map(String::as_str));
            }
        }
    }
}
