use serde_json::Value;

use super::format::Format;
use super::kind::{JsonType, Kind, Order, Test};
use super::pattern::Pattern;
use super::schema::Schema;
use super::shape::{CLOSE_TO, MATCHERS};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest};
use crate::source::{Sources, Spanned};
use crate::template::Template;
use crate::yaml::{Entry, Kind as Shape, Node, Shaped};

/// Reads matchers from YAML and keeps every template that it meets.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) found: &'a mut Diagnostics,
    pub(super) templates: Vec<Template>,
}

type Tests = Vec<Test<Template>>;

pub(super) fn is_matcher(name: &str) -> bool {
    MATCHERS.keys.iter().any(|known| known.name == name)
}

impl Reader<'_> {
    /// A map is a set of matchers that must all hold; anything else must be equalled.
    pub(super) fn tests(&mut self, node: &Node) -> Tests {
        let entries = match &node.kind {
            Shape::Mapping(entries) if node.unquoted_template().is_none() => entries,
            _ => return vec![Test { span: node.span, kind: Kind::Equal(self.template(node)) }],
        };
        let (known, unknown): (Vec<&Entry>, Vec<&Entry>) =
            entries.iter().partition(|entry| is_matcher(&entry.key.value));
        if entries.is_empty() {
            let one = Diagnostic::new(Id::EXPECT_MATCHER, "an empty map expects nothing").at(node.span);
            self.found.push(one.help("write `eq: {}` to expect an empty map, or `exists: true` for any value"));
        }
        if known.is_empty()
            && let Some(first) = unknown.first()
        {
            self.found.push(no_matcher(&first.key));
        } else {
            for entry in unknown {
                let one = Diagnostic::new(Id::UNKNOWN_KEY, format!("`{}` is not a matcher", entry.key.value));
                let names = MATCHERS.keys.iter().map(|known| known.name);
                self.found.push(one.at(entry.key.span).meant(entry.key.span, &entry.key.value, names));
            }
        }
        known.into_iter().filter_map(|entry| self.test(entry)).collect()
    }

    fn test(&mut self, entry: &Entry) -> Option<Test<Template>> {
        let node = &entry.value;
        let kind = self.kind(&entry.key.value, node)?;
        let mut literal = |template: &Template| template.as_literal().cloned().ok_or(());
        let test = Test { span: entry.key.span.to(node.span), kind };
        // What is wrong inside was reported when it was read itself.
        if let Some(problem) = test.resolve(&mut literal).ok().and_then(|test| test.kind.own_problem())
            && !matches!(test.kind, Kind::Schema(_) | Kind::Matches(..))
        {
            self.found.push(Diagnostic::new(Id::EXPECT_VALUE, problem).at(node.span));
            return None;
        }
        Some(test)
    }

    pub(super) fn kind(&mut self, name: &str, node: &Node) -> Option<Kind<Template>> {
        Some(match name {
            "eq" => Kind::Equal(self.template(node)),
            "ne" => Kind::NotEqual(self.template(node)),
            "lt" => Kind::Order(Order::Less, self.template(node)),
            "le" => Kind::Order(Order::AtMost, self.template(node)),
            "gt" => Kind::Order(Order::More, self.template(node)),
            "ge" => Kind::Order(Order::AtLeast, self.template(node)),
            "in" => Kind::In(self.template(node)),
            "contains" => Kind::Contains(self.template(node)),
            "starts-with" => Kind::StartsWith(self.template(node)),
            "ends-with" => Kind::EndsWith(self.template(node)),
            "unordered" => Kind::Unordered(self.template(node)),
            "matches" => return self.pattern(node),
            "type" => Kind::Type(node.one_or_many().iter().filter_map(|one| self.json_type(one)).collect()),
            "format" => Kind::Format(self.format(node)?),
            "length" => Kind::Length(self.tests(node)),
            "each" => Kind::Each(self.tests(node)),
            "not" => Kind::Not(self.tests(node)),
            "exists" => Kind::Exists(node.boolean("`exists`", self.found)?.value),
            "empty" => Kind::Empty(node.boolean("`empty`", self.found)?.value),
            "one-of" => Kind::OneOf(self.lists(name, node)?),
            "any" => Kind::Any(self.lists(name, node)?),
            "all" => Kind::All(self.lists(name, node)?),
            "close-to" => {
                let fields = Shaped::of(node, &CLOSE_TO, self.found)?;
                let (value, within) = (fields.node("value"), fields.node("within"));
                Kind::CloseTo { value: self.template(value?), within: self.template(within?) }
            }
            "between" => match node.sequence("`between`", self.found)? {
                [low, high] => Kind::Between(self.template(low), self.template(high)),
                items => {
                    let message = format!("`between` needs two values, not {}", items.len());
                    let one = Diagnostic::new(Id::EXPECT_VALUE, message).at(node.span);
                    self.found.push(one.help("write `between: [1, 5]`"));
                    return None;
                }
            },
            "schema" => Kind::Schema(match &node.kind {
                Shape::Scalar(_) => Schema::file(node.text("`schema`", self.found)?, self.found),
                Shape::Mapping(_) => Schema::inline(node.to_json(), node.span, self.found),
                Shape::Sequence(_) => return node.wrong("`schema`", "a file or a JSON Schema", self.found),
            }),
            _ => return None,
        })
    }

    fn template(&mut self, node: &Node) -> Template {
        let template = Template::read(node, self.sources, self.found);
        self.templates.push(template.clone());
        template
    }

    fn lists(&mut self, name: &str, node: &Node) -> Option<Vec<Tests>> {
        let items = node.sequence(&format!("`{name}`"), self.found)?;
        if items.is_empty() {
            let one = Diagnostic::new(Id::EXPECT_VALUE, format!("`{name}` needs at least one matcher")).at(node.span);
            self.found.push(one);
            return None;
        }
        Some(items.iter().map(|item| self.tests(item)).collect())
    }

    fn pattern(&mut self, node: &Node) -> Option<Kind<Template>> {
        let text = match &node.kind {
            Shape::Scalar(scalar) if !node.is_null() => scalar.text.clone(),
            _ => return node.wrong("`matches`", "a regular expression", self.found),
        };
        let template = self.template(node);
        if template.as_literal().is_none() {
            return Some(Kind::Matches(template, None));
        }
        match Pattern::compile(&text) {
            Ok(pattern) => {
                let template = Template::literal(Value::String(text), node.span);
                Some(Kind::Matches(template, Some(pattern)))
            }
            Err(error) => {
                let written = self.sources.text(node.span);
                let place = node.place(written, error.place.start, error.place.len());
                let one = Diagnostic::new(Id::EXPECT_PATTERN, "the regular expression cannot be used");
                self.found.push(one.label(place, error.message));
                None
            }
        }
    }

    fn json_type(&mut self, node: &Node) -> Option<JsonType> {
        // A plain `null` is the name of the type here.
        let text = node.as_scalar().map(|scalar| scalar.text.as_str()).unwrap_or_default();
        let known = JsonType::ALL.iter().find(|(_, name, _)| *name == text).map(|(one, ..)| *one);
        if known.is_none() {
            self.unknown("type", text, node, JsonType::ALL.map(|(_, name, _)| name));
        }
        known
    }

    fn format(&mut self, node: &Node) -> Option<Format> {
        let text = node.text("`format`", self.found)?.value;
        let known = Format::named(&text);
        if known.is_none() {
            self.unknown("format", &text, node, Format::ALL.map(|(_, name, _)| name));
        }
        known
    }

    fn unknown<const N: usize>(&mut self, what: &str, text: &str, node: &Node, known: [&'static str; N]) {
        let one = Diagnostic::new(Id::EXPECT_VALUE, format!("there is no {what} `{text}`")).at(node.span);
        self.found.push(one.meant(node.span, text, known));
    }
}

fn no_matcher(key: &Spanned<String>) -> Diagnostic {
    let message = format!("a map that is expected must be a matcher, and `{}` is none", key.value);
    let one = Diagnostic::new(Id::EXPECT_MATCHER, message);
    let names = || MATCHERS.keys.iter().map(|known| known.name);
    let one = one.fix_if(Fix::rename(key.span, &key.value, names()));
    match nearest(&key.value, names()) {
        Some(near) => one.label(key.span, format!("did you mean `{near}`?")),
        None => one.at(key.span),
    }
    .help("to expect a map with exactly these members, write `eq: {…}`; with at least these, `contains: {…}`")
}
