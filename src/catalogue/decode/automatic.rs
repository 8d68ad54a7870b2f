use super::Reader;
use crate::catalogue::{Attempts, Automatic, Behaviour, ErrorScreen, Failure, Rule, Tally};
use crate::diagnostic::{Diagnostic, Id, suggest};
use crate::source::Spanned;
use crate::yaml::{Entry, Fields, Node};

/// What rules can ask of a capture.
const FACTS: &[&str] = &["sha256", "bytes", "width", "height", "comment", "media", "marks.NAME"];
/// Before the name of a mark.
const MARKS: &str = "marks.";

#[derive(Clone, Copy)]
enum Word {
    Check,
    Counter,
    Clear,
    Decide,
    Tally,
    Stub,
}

impl Reader<'_> {
    pub fn automatic(&mut self, entry: &Entry) -> Option<Automatic> {
        let name = entry.key.clone();
        let mut fields = Fields::of(&entry.value, &format!("the automatic activity `{}`", name.value), self.found)?;
        let title = self.title(&mut fields);
        let element = fields.optional("element");
        let element = self.element(element, &name);
        let keys = fields.optional("keys");
        let keys = self.texts(keys, "`keys`").into_iter().map(|key| key.value).collect();
        let locals = fields.optional("locals");
        let locals = self.object(locals, "`locals`");
        let values = fields.optional("values");
        let values = self.free(values, "`values`").iter();
        let values = values.map(|entry| (entry.key.value.clone(), self.template(&entry.value))).collect();
        let writes = fields.optional("writes");
        let writes = self.writes(writes);
        let results_in = fields.text("results-in", self.found);
        results_in.iter().for_each(|path| self.placeholders(path));
        let results_in = results_in.map(|path| path.value);
        let shows = fields.optional("shows");
        let shows = self.texts(shows, "`shows`").into_iter().map(|name| name.value).collect();
        let error_screen = fields.optional("error-screen").and_then(|node| self.error_screen(node));
        let state = fields.text("state", self.found).filter(|state| self.state(state).is_some());
        let failures = fields.optional("failures");
        let failures = self.failures(failures);
        let behaviour = self.behaviour(&mut fields, &failures);
        fields.finish(self.found);
        let state = state.map(|state| state.value);
        let behaviour = behaviour?;
        Some(Automatic {
            name,
            title,
            element,
            keys,
            behaviour,
            failures,
            locals,
            values,
            writes,
            results_in,
            shows,
            error_screen,
            state,
        })
    }

    fn behaviour(&mut self, fields: &mut Fields, failures: &[Failure]) -> Option<Behaviour> {
        let words = [
            ("check", Word::Check),
            ("counter", Word::Counter),
            ("clear", Word::Clear),
            ("decide", Word::Decide),
            ("tally", Word::Tally),
            ("stub", Word::Stub),
        ];
        let text = fields.required_text("behaviour", self.found);
        let Some(word) = text.and_then(|text| self.word(&text, "behaviour", &words)) else {
            // What the other keys are is not known, so none of them is reported.
            fields.know(&["subject", "attempts", "rules", "results", "variable", "variables"]);
            fields.know(&["from", "on-failure", "otherwise", "result"]);
            fields.know(&["list", "or-from", "key", "counts", "of", "finished"]);
            return None;
        };
        match word {
            Word::Check => Some(self.check_behaviour(fields, failures)),
            Word::Counter => {
                let variable = fields.required_text("variable", self.found)?.value;
                Some(Behaviour::Counter { variable })
            }
            Word::Clear => {
                let variables = fields.required_text("variables", self.found)?.value;
                Some(Behaviour::Clear { variables })
            }
            Word::Decide => {
                let from = fields.required_text("from", self.found);
                let on_failure = fields.required_text("on-failure", self.found);
                let otherwise = fields.required("otherwise", self.found).map(Node::to_json);
                let result = fields.required_text("result", self.found);
                Some(Behaviour::Decide {
                    from: from?.value,
                    on_failure: on_failure?.value,
                    otherwise: otherwise?,
                    result: result?.value,
                })
            }
            Word::Tally => self.tally(fields).map(Behaviour::Tally),
            Word::Stub => Some(Behaviour::Stub),
        }
    }

    fn tally(&mut self, fields: &mut Fields) -> Option<Tally> {
        let list = fields.required_text("list", self.found);
        let or_from = fields.text("or-from", self.found).map(|path| path.value);
        let key = fields.required_text("key", self.found);
        let counts = fields.text("counts", self.found).map(|name| name.value);
        let of = fields.required_text("of", self.found);
        of.iter().for_each(|of| self.placeholders(of));
        let finished = fields.required_text("finished", self.found);
        let result = fields.required_text("result", self.found);
        Some(Tally {
            list: list?.value,
            or_from,
            key: key?.value,
            counts,
            of: of?.value,
            finished: finished?.value,
            result: result?.value,
        })
    }

    fn error_screen(&mut self, node: &Node) -> Option<ErrorScreen> {
        let mut fields = Fields::of(node, "`error-screen`", self.found)?;
        let parameter = fields.required_text("parameter", self.found);
        let from = fields.required_text("from", self.found);
        let listed_in = fields.text("listed-in", self.found).map(|name| name.value);
        fields.finish(self.found);
        Some(ErrorScreen { parameter: parameter?.value, from: from?.value, listed_in })
    }

    fn check_behaviour(&mut self, fields: &mut Fields, failures: &[Failure]) -> Behaviour {
        let subject = fields.text("subject", self.found);
        subject.iter().for_each(|subject| self.placeholders(subject));
        let attempts = fields.optional("attempts").and_then(|node| self.attempts(node, failures));
        let rules = fields.optional("rules").and_then(|node| node.sequence("`rules`", self.found)).unwrap_or_default();
        let rules = rules.iter().filter_map(|rule| self.rule(rule, failures)).collect();
        let results = fields.optional("results");
        let results = self.free(results, "`results`").iter();
        let results = results
            .filter_map(|entry| {
                let text = entry.value.text(&format!("`{}`", entry.key.value), self.found)?;
                let true_on = self.word(&text, "result of a check", &[("failed", true), ("passed", false)])?;
                Some((entry.key.value.clone(), true_on))
            })
            .collect();
        Behaviour::Check { subject: subject.map(|subject| subject.value), attempts, rules, results }
    }

    fn failures(&mut self, node: Option<&Node>) -> Vec<Failure> {
        let mut failures = Vec::new();
        let mut codes = Vec::new();
        for entry in self.named(node, "`failures`") {
            let name = entry.key.clone();
            let Some(mut fields) = Fields::of(&entry.value, &format!("the failure `{}`", name.value), self.found)
            else {
                continue;
            };
            let error = fields.required_text("error", self.found).map(|error| error.value);
            let own = fields.optional("codes");
            let own = self.codes(own);
            let message = fields.text("message", self.found).map(|message| message.value);
            fields.finish(self.found);
            let plain = own.iter().map(|code| code.value).collect();
            codes.push((name.value.clone(), own));
            failures.push(Failure { name, error, codes: plain, message });
        }
        self.distinct_codes(codes.iter().map(|(name, codes)| (name.as_str(), codes.as_slice())));
        failures
    }

    /// Reports a failure that is not declared.
    fn failure<'f>(&mut self, name: &Spanned<String>, failures: &'f [Failure]) -> Option<&'f Failure> {
        let known = failures.iter().find(|failure| failure.name.value == name.value);
        if known.is_none() {
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, format!("there is no failure `{}`", name.value));
            let names = failures.iter().map(|failure| failure.name.as_str());
            self.found.push(one.at(name.span).help_if(suggest(name, names)));
        }
        known
    }

    fn attempts(&mut self, node: &Node, failures: &[Failure]) -> Option<Attempts> {
        let mut fields = Fields::of(node, "`attempts`", self.found)?;
        let limit = fields.required_text("limit", self.found);
        let raised_if = fields.text("raised-if", self.found).map(|name| name.value);
        let exceeded = fields.required_text("exceeded", self.found);
        fields.finish(self.found);
        let exceeded = exceeded.filter(|exceeded| self.failure(exceeded, failures).is_some())?;
        Some(Attempts { limit: limit?.value, raised_if, exceeded: exceeded.value })
    }

    fn rule(&mut self, node: &Node, failures: &[Failure]) -> Option<Rule> {
        let mut fields = Fields::of(node, "a rule", self.found)?;
        let when = fields.required("when", self.found);
        let when = self.free(when, "`when`").iter().filter_map(|entry| self.fact(entry)).collect();
        let outcome = fields.required_text("outcome", self.found);
        let code = fields.integer("code", i64::MIN, i64::MAX, self.found);
        fields.finish(self.found);
        let outcome = outcome?;
        let failure = self.failure(&outcome, failures)?;
        if let Some(code) = code.filter(|code| !failure.codes.contains(&code.value)) {
            let message = format!("the failure `{}` has no code {}", outcome.value, code.value);
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(code.span);
            let codes: Vec<String> = failure.codes.iter().map(i64::to_string).collect();
            self.found
                .push(one.help(format!("it has {}", crate::diagnostic::one_of(codes.iter().map(String::as_str)))));
        }
        Some(Rule { when, outcome, code: code.map(|code| code.value) })
    }

    fn fact(&mut self, entry: &Entry) -> Option<(String, crate::expect::Matcher)> {
        if entry.key.strip_prefix(MARKS).is_none_or(str::is_empty) {
            let words: Vec<_> = FACTS.iter().map(|fact| (*fact, ())).collect();
            self.word(&entry.key, "fact of a capture", &words)?;
        }
        let (name, matcher) = self.matcher(entry);
        Some((name.value, matcher))
    }
}
