use super::Reader;
use crate::catalogue::{Activity, Ensure, Input, Keep, Outcome, RequestUse, When};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Spanned;
use crate::yaml::{Entry, Fields, Node};

impl Reader<'_> {
    pub fn activity(&mut self, entry: &Entry) -> Option<Activity> {
        let name = entry.key.clone();
        let mut fields = Fields::of(&entry.value, &format!("the activity `{}`", name.value), self.found)?;
        let title = self.title(&mut fields);
        let element = fields.optional("element");
        let element = self.element(element, &name);
        let inputs = fields.optional("inputs");
        let inputs = self.named(inputs, "`inputs`").into_iter().filter_map(|entry| self.input(entry)).collect();
        let requests = fields.required("requests", self.found);
        requests.iter().for_each(|node| self.filled(node, "`requests`"));
        let requests: Vec<_> = requests
            .and_then(|node| node.sequence("`requests`", self.found))
            .unwrap_or_default()
            .iter()
            .filter_map(|node| self.request(node))
            .collect();
        let keep = fields.optional("keep");
        let keep = self.free(keep, "`keep`").iter().filter_map(|entry| self.keep(entry)).collect();
        let ensure = fields.optional("ensure").and_then(|node| node.sequence("`ensure`", self.found));
        let ensure = ensure.unwrap_or_default().iter().filter_map(|node| self.ensure(node)).collect();
        let simulated = fields.optional("simulated").map(|node| self.simulated(node)).unwrap_or_default();
        let outcomes = match fields.required("outcomes", self.found) {
            Some(node) => self.outcomes(node, &name),
            None => Vec::new(),
        };
        fields.finish(self.found);
        Some(Activity { name, title, element, inputs, requests, keep, ensure, simulated, outcomes })
    }

    fn input(&mut self, entry: &Entry) -> Option<Input> {
        let name = entry.key.clone();
        let mut fields = Fields::of(&entry.value, &format!("the input `{}`", name.value), self.found)?;
        let kind = self.kind(&mut fields);
        let title = self.title(&mut fields);
        let required = self.flag(&mut fields, "required");
        let secret = self.flag(&mut fields, "secret");
        let default = fields.optional("default").map(|node| (self.template(node), node.span));
        let one_of = match &kind {
            Some(kind) => self.one_of(&mut fields, kind),
            None => {
                fields.know(&["one-of", "media", "max-bytes"]);
                Vec::new()
            }
        };
        if let (Some(kind), Some((template, span))) = (&kind, &default)
            && let Some(literal) = template.as_literal()
        {
            self.typed(literal.clone(), *span, "the default", kind);
            self.listed(literal, *span, kind, &one_of);
        }
        if let (true, Some((_, span))) = (required, &default) {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("the required input `{}` has a default", name.value));
            self.found.push(one.at(*span).help("remove `required`, or the default, which is never used"));
        }
        fields.finish(self.found);
        Some(Input {
            name,
            title,
            kind: kind?,
            required,
            default: default.map(|(template, _)| template),
            one_of,
            secret,
        })
    }

    fn request(&mut self, node: &Node) -> Option<RequestUse> {
        let mut fields = Fields::of(node, "a request", self.found)?;
        let exchange = fields.required_text("exchange", self.found);
        let name = fields.text("name", self.found).map(|name| name.value);
        let condition = fields.text("if", self.found);
        let with = fields.optional("with").map(|node| {
            let entries = self.free(Some(node), "`with`").iter();
            entries.map(|entry| (entry.key.clone(), self.template(&entry.value))).collect()
        });
        fields.finish(self.found);
        let exchange = exchange?;
        Some(RequestUse { name: name.unwrap_or_else(|| exchange.value.clone()), exchange, condition, with })
    }

    fn keep(&mut self, entry: &Entry) -> Option<Keep> {
        let name = entry.key.clone();
        let identifier = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !identifier {
            let message = format!("`{}` cannot be read in a template", name.value);
            let one = Diagnostic::new(Id::WRONG_ID, message).at(name.span);
            self.found.push(one.help("write lower-case letters, digits and underscores"));
        }
        let mut fields = Fields::of(&entry.value, &format!("the kept `{}`", name.value), self.found)?;
        let from = self.required_template(&mut fields, "from");
        let secret = self.flag(&mut fields, "secret");
        fields.finish(self.found);
        Some(Keep { name, from: from?, secret })
    }

    fn ensure(&mut self, node: &Node) -> Option<Ensure> {
        let mut fields = Fields::of(node, "an item of `ensure`", self.found)?;
        let that = self.required_template(&mut fields, "that");
        let otherwise = fields.required_text("otherwise", self.found);
        fields.finish(self.found);
        Some(Ensure { that: that?, otherwise: otherwise?.value })
    }

    fn outcomes(&mut self, node: &Node, activity: &Spanned<String>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut codes = Vec::new();
        let entries = self.named(Some(node), "`outcomes`");
        if !entries.iter().any(|entry| entry.key.value == Activity::SUCCESS) {
            let message = format!("the activity `{}` has no outcome `{}`", activity.value, Activity::SUCCESS);
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(activity.span);
            self.found.push(one.help("a step that expects nothing expects that outcome"));
        }
        for entry in entries {
            let name = entry.key.clone();
            let Some(mut fields) = Fields::of(&entry.value, &format!("the outcome `{}`", name.value), self.found)
            else {
                continue;
            };
            let when = fields.required("when", self.found).map_or_else(When::default, |node| self.when(node));
            let own = fields.optional("codes");
            let own = self.codes(own);
            let errors = fields.optional("errors");
            let errors = self.texts(errors, "`errors`").into_iter().map(|error| error.value).collect();
            fields.finish(self.found);
            let plain = own.iter().map(|code| code.value).collect();
            codes.push((name.value.clone(), own));
            outcomes.push(Outcome { name, when, codes: plain, errors });
        }
        self.distinct_codes(codes.iter().map(|(name, codes)| (name.as_str(), codes.as_slice())));
        outcomes
    }
}
