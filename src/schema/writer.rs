use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostics;
use crate::source::Sources;
use crate::yaml::{self, DURATION, Definition, Form, Further, Key, Names, Notation, Scalar, ScalarStyle, Shape};

/// The dialect of the schemas.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The id of a schema.
pub(super) fn id(name: &str) -> String {
    format!("urn:flowproof:schema:1:{name}")
}

/// The JSON Schema of a kind of file.
///
/// Editors know little more of draft 2020-12 than of draft 7, so little more is used: mappings are closed objects, and one
/// whose keys depend on another is one closed object for each case.
pub fn schema(name: &str, heading: &str, root: &'static Shape) -> Value {
    let mut writer = Writer { defined: Map::new() };
    let mut schema = object([("$schema", json!(DIALECT)), ("$id", json!(id(name)))]);
    schema.extend(writer.shape(root));
    schema.insert("title".to_owned(), json!(heading));
    let mut defined: Vec<_> = writer.defined.into_iter().collect();
    defined.sort_by(|(one, _), (other, _)| one.cmp(other));
    if !defined.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(defined.into_iter().collect()));
    }
    Value::Object(schema)
}

/// What [`Further::ByWord`] holds.
type ByWord = (&'static str, Option<&'static str>, &'static [(&'static str, &'static [Key])]);

/// Plain numbers and booleans are taken as text.
const TEXT: &[&str] = &["string", "number", "boolean"];

/// The types of a form that wants nothing else of a value.
fn simple_types(form: &Form) -> Option<&'static [&'static str]> {
    match form {
        Form::Null => Some(&["null"]),
        Form::Text => Some(TEXT),
        Form::Boolean => Some(&["boolean"]),
        Form::Number => Some(&["number"]),
        Form::List(Form::Any) => Some(&["array"]),
        _ => None,
    }
}

/// Collects what has a name while it writes what refers to it.
struct Writer {
    defined: Map<String, Value>,
}

impl Writer {
    fn shape(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let mut schema = object([("title", json!(title(shape.what))), ("description", json!(shape.about))]);
        match &shape.further {
            Further::None => schema.extend(self.mapping(shape, shape.keys.iter().collect())),
            Further::OneOf(keys) => {
                schema.extend(self.mapping(shape, shape.keys.iter().chain(*keys).collect()));
                let one = keys.iter().map(|key| json!({ "required": [key.name] })).collect();
                schema.insert("oneOf".to_owned(), one);
            }
            Further::AnyOf(keys) => {
                schema.extend(self.mapping(shape, shape.keys.iter().chain(*keys).collect()));
                let any = keys.iter().map(|key| json!({ "required": [key.name] })).collect();
                schema.insert("anyOf".to_owned(), any);
            }
            Further::ByKey(variants) => {
                let case = |(key, keys): &'static (Key, &'static [Key])| {
                    let keys = std::iter::once(key).chain(shape.keys).chain(*keys).collect();
                    let mut case = self.mapping(shape, keys);
                    require(&mut case, key.name);
                    Value::Object(case)
                };
                schema.insert("oneOf".to_owned(), variants.iter().map(case).collect());
            }
            Further::ByWord { key, default, words } => self.by_word(shape, (*key, *default, *words), &mut schema),
        }
        schema
    }

    /// A closed object for each word that brings keys, and one for the others. Which keys a word needs is said apart from it:
    /// editors offer no word whose object lacks something.
    fn by_word(&mut self, shape: &'static Shape, (key, default, words): ByWord, schema: &mut Map<String, Value>) {
        let all = shape.keys.iter().find(|known| known.name == key).map(|known| &known.form);
        let Some(Form::Word(all)) = all else { return };
        let apart = words.iter().map(|(word, keys)| (vec![*word], *keys));
        let rest = all.words.iter().copied().filter(|word| words.iter().all(|(known, _)| known != word));
        let rest: Vec<_> = rest.collect();
        let rest = (!rest.is_empty()).then_some((rest, &[][..]));
        let (mut cases, mut needs) = (Vec::new(), Vec::new());
        for (chosen, keys) in apart.chain(rest) {
            let mut case = self.mapping(shape, shape.keys.iter().chain(keys).collect());
            let deciding = &mut case["properties"][key];
            deciding["enum"] = chosen.iter().copied().flat_map(readings).collect();
            let is_default = default.is_some_and(|default| chosen.contains(&default));
            case.remove("required");
            if !is_default {
                case["properties"][key].as_object_mut().and_then(|deciding| deciding.remove("default"));
                require(&mut case, key);
            }
            let said = json!({ "properties": { key: { "enum": chosen } }, "required": [key] });
            let unsaid = json!({ "not": { "required": [key] } });
            let wanted: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            if !wanted.is_empty() {
                let when = if is_default { json!({ "anyOf": [said, unsaid] }) } else { said };
                needs.push(json!({ "if": when, "then": { "required": wanted } }));
            }
            cases.push(Value::Object(case));
        }
        schema.insert("oneOf".to_owned(), Value::Array(cases));
        let wanted: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        if !wanted.is_empty() {
            schema.insert("required".to_owned(), json!(wanted));
        }
        if !needs.is_empty() {
            schema.insert("allOf".to_owned(), Value::Array(needs));
        }
    }

    /// A closed object.
    fn mapping(&mut self, shape: &'static Shape, keys: Vec<&'static Key>) -> Map<String, Value> {
        let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let members = keys.into_iter().map(|key| (key.name.to_owned(), Value::Object(self.key(key))));
        let members: Map<_, _> = members.collect();
        let mut schema = object([("type", json!("object")), ("properties", Value::Object(members))]);
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        if shape.filled {
            schema.insert("minProperties".to_owned(), json!(1));
        }
        match shape.rest {
            Some((names, form)) => self.names(names, form, &mut schema),
            None => drop(schema.insert("additionalProperties".to_owned(), json!(false))),
        }
        schema
    }

    /// What stands behind names that the author chooses.
    fn names(&mut self, names: Names, form: &'static Form, schema: &mut Map<String, Value>) {
        let values = self.form(form);
        let one = |key: &str, value: Map<String, Value>| object([(key, Value::Object(value))]);
        schema.extend(match names {
            Names::Free => one("additionalProperties", values),
            Names::Like(notation) => {
                let named = Value::Object(one(notation.pattern, values));
                object([("patternProperties", named), ("additionalProperties", json!(false))])
            }
            Names::Of(words) => {
                let member = |word: &&str| {
                    let mut member =
                        object([("description", json!(sentence(&format!("the {} `{word}`", words.what))))]);
                    member.extend(values.clone());
                    ((*word).to_owned(), Value::Object(member))
                };
                let members = words.words.iter().map(member).collect();
                object([("properties", Value::Object(members)), ("additionalProperties", json!(false))])
            }
        });
    }

    fn key(&mut self, key: &'static Key) -> Map<String, Value> {
        let mut schema = object([("description", json!(sentence(key.about)))]);
        schema.extend(self.form(&key.form).into_iter().filter(|(name, _)| name != "description"));
        if let Some(default) = key.default {
            schema.insert("default".to_owned(), meant(default));
        }
        if !key.examples.is_empty() {
            schema.insert("examples".to_owned(), key.examples.iter().copied().map(meant).collect());
        }
        schema
    }

    fn form(&mut self, form: &'static Form) -> Map<String, Value> {
        match form {
            Form::Any => Map::new(),
            Form::Marked(marks) => {
                let mark = |mark: &'static Key| {
                    let alone = json!({ "type": "object", "required": [mark.name], "maxProperties": 1 });
                    json!({ "if": alone, "then": { "properties": { mark.name: self.key(mark) } } })
                };
                object([("allOf", marks.iter().map(mark).collect())])
            }
            Form::Null => of_type("null"),
            Form::Text => object([("type", json!(TEXT))]),
            Form::Like(notation) => like(notation),
            Form::Duration => like(&DURATION),
            Form::Boolean => of_type("boolean"),
            Form::Integer(min, max) => {
                let mut schema = of_type("integer");
                if *min != i64::MIN {
                    schema.insert("minimum".to_owned(), json!(min));
                }
                if *max != i64::MAX {
                    schema.insert("maximum".to_owned(), json!(max));
                }
                schema
            }
            Form::Number => of_type("number"),
            Form::Word(words) => object([("enum", words.words.iter().copied().flat_map(readings).collect())]),
            Form::List(item) => object([("type", json!("array")), ("items", Value::Object(self.form(item)))]),
            Form::OneOrMany(item) => {
                let item = Value::Object(self.form(item));
                object([("anyOf", json!([item, {"type": "array", "items": item}]))])
            }
            Form::Map(names, form) => {
                let mut schema = of_type("object");
                self.names(*names, form, &mut schema);
                schema
            }
            Form::Shape(shape) => {
                self.define(shape.name, |writer| writer.shape(shape));
                reference(shape.name)
            }
            Form::Either(ways) => self.either(ways),
            Form::Named(definition) => {
                self.define(definition.name, |writer| writer.definition(definition));
                reference(definition.name)
            }
        }
    }

    fn definition(&mut self, definition: &'static Definition) -> Map<String, Value> {
        let mut schema = object([("description", json!(definition.about))]);
        schema.extend(self.form(&definition.form).into_iter().filter(|(name, _)| name != "description"));
        schema
    }

    /// Keywords for objects say nothing of other values: beside simple types, one mapping needs no `anyOf`, and problems in
    /// it are told where they are.
    fn either(&mut self, ways: &'static [Form]) -> Map<String, Value> {
        let (simple, other): (Vec<&Form>, Vec<&Form>) = ways.iter().partition(|form| simple_types(form).is_some());
        let mut types: Vec<&str> = simple.into_iter().filter_map(simple_types).flatten().copied().collect();
        let mut schema = match other.as_slice() {
            [] => Map::new(),
            [Form::Shape(shape)] if matches!(shape.further, Further::None) => self.shape(shape),
            [Form::Map(names, form)] => {
                let mut schema = Map::new();
                self.names(*names, form, &mut schema);
                schema
            }
            _ => return object([("anyOf", ways.iter().map(|way| Value::Object(self.form(way))).collect())]),
        };
        types.extend((!other.is_empty()).then_some("object"));
        schema.insert("type".to_owned(), json!(types));
        schema
    }

    /// Writes something with a name once, also if it holds itself.
    fn define(&mut self, name: &str, write: impl FnOnce(&mut Self) -> Map<String, Value>) {
        if !self.defined.contains_key(name) {
            self.defined.insert(name.to_owned(), Value::Null);
            let written = write(self);
            self.defined.insert(name.to_owned(), Value::Object(written));
        }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A heading: what messages call it, without its article.
fn title(what: &str) -> String {
    let bare = ["a ", "an ", "the "].iter().find_map(|article| what.strip_prefix(article));
    bare.unwrap_or(what).replace('`', "")
}

fn of_type(name: &str) -> Map<String, Value> {
    object([("type", json!(name))])
}

fn like(notation: &Notation) -> Map<String, Value> {
    let (about, pattern) = (json!(notation.about), json!(notation.pattern));
    // The last is what editors say instead of the pattern.
    let told = json!(format!("expected {}", notation.about));
    object([("description", about), ("type", json!("string")), ("pattern", pattern), ("patternErrorMessage", told)])
}

fn reference(name: &str) -> Map<String, Value> {
    object([("$ref", json!(format!("#/$defs/{name}")))])
}

fn require(schema: &mut Map<String, Value>, key: &str) {
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut().filter(|required| !required.iter().any(|known| known == key)) {
        required.insert(0, json!(key));
    }
}

/// What a word is with and without quotes.
fn readings(word: &str) -> Vec<Value> {
    let mut readings = vec![json!(word), Scalar { text: word.to_owned(), style: ScalarStyle::Plain }.value()];
    readings.dedup();
    readings
}

/// What a default or an example means in YAML.
fn meant(text: &str) -> Value {
    let mut sources = Sources::new();
    let file = sources.add("an example", text);
    let node = yaml::parse(&sources, file, &mut Diagnostics::new());
    node.map_or_else(|| json!(text), |node| node.to_json())
}

/// A remark as a sentence, as editors show it.
pub fn sentence(about: &str) -> String {
    let mut letters = about.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let end = if about.ends_with(['.', '?', '!']) { "" } else { "." };
    first.chain(letters).chain(end.chars()).collect()
}
