use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::Reader;
use super::form::FORMS;
use super::reader::NAMED;
use super::value::{BY_TYPE, ONE_OF, TYPED};
use crate::catalogue::codec::check_pointer;
use crate::catalogue::{
    Answer, Body, BodyFormat, Credential, DefinitionKind, Exchange, Field, MEANINGS, Param, PathPattern, REASONS,
    Reason, Role, Wire,
};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::{Span, Spanned};
use crate::yaml::{Entry, Form, Key, Names, Shape, Shaped, Words, words_of};

static METHOD: Words = Words { what: "method", words: &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] };
static REASON: Words = Words { what: "reason to refuse", words: REASONS };
static MEANING: Words = Words { what: "meaning", words: MEANINGS };
static ROLE: Words = Words { what: "role", words: &words_of::<_, { Role::WORDS.len() }>(Role::WORDS) };
static DEFINITION: Words =
    Words { what: "kind of definition", words: &words_of::<_, { DefinitionKind::WORDS.len() }>(DefinitionKind::WORDS) };

const FORMATS: &[(&str, BodyFormat)] = &[("json", BodyFormat::Json), ("multipart", BodyFormat::Multipart)];
static FORMAT: Words = Words { what: "format of a body", words: &words_of::<_, 2>(FORMATS) };

/// How a file stands in JSON, and whether as text.
const WRITINGS: &[(&str, bool)] = &[("base64", false), ("text", true)];
static WRITING: Words = Words { what: "way to write a file", words: &words_of::<_, 2>(WRITINGS) };

const STATUS: Key = Key::required("status", Form::Integer(200, 599), "the HTTP status");
const FIELDS: Key = Key::new(
    "fields",
    Form::Map(Names::Free, &Form::OneOrMany(&Form::Text)),
    "where its fields stand: a JSON pointer, or a list of them of which the first is written",
)
.such_as(&["{ code: /error/code, instance: [/id, /case/id] }"]);

pub(super) static WIRE: Shape = Shape::new(
    "wire",
    "the wire",
    "Where things stand in requests and answers.",
    &[
        Key::new("headers", Form::Shape(&HEADERS), "headers of every request"),
        Key::new("credential", Form::Shape(&CREDENTIAL), "how the credential is sent"),
        Key::new("errors", Form::Shape(&ERRORS), "what refusals look like"),
        Key::new("forms", Form::Shape(&FORMS), "how the definitions of forms are written"),
        Key::required("exchanges", Form::Map(NAMED, &Form::Shape(&EXCHANGE)), "the requests and their answers")
            .such_as(&[
                "{ begin: { role: start-instance, method: POST, path: /start, answers: { screen: { status: 200 } } } }",
            ]),
    ],
);

static HEADERS: Shape = Shape::new(
    "wire-headers",
    "`headers`",
    "Headers of every request.",
    &[Key::new("correlation", Form::Text, "the header by which every request can be found again; `off` for none")
        .such_as(&["x-flowproof-id", "\"off\""])],
);

static CREDENTIAL: Shape = Shape::new(
    "credential",
    "`credential`",
    "How the credential is sent.",
    &[
        Key::required("header", Form::Text, "the header that carries it").such_as(&["Authorization"]),
        Key::required("value", Form::Any, "the header's value, a template over `session`")
            .such_as(&["\"Bearer {{ session.bearer }}\""]),
    ],
);

static ERRORS: Shape = Shape::new(
    "errors",
    "`errors`",
    "What the engine's refusals look like.",
    &[
        FIELDS,
        Key::new(
            "reasons",
            Form::Map(Names::Of(&REASON), &Form::Shape(&REFUSAL)),
            "what the simulator answers for which reason; one that is left out is a 400 without code",
        )
        .such_as(&["{ expired: { status: 401, code: 101, message: The bearer has expired } }"]),
    ],
);

static REFUSAL: Shape = Shape::new(
    "reason",
    "the reason",
    "A refusal by the simulator.",
    &[
        STATUS,
        Key::required("code", Form::Integer(i64::MIN, i64::MAX), "the engine's code").such_as(&["101"]),
        Key::required("message", Form::Text, "the engine's message").such_as(&["The bearer has expired"]),
    ],
);

static EXCHANGE: Shape = Shape::new(
    "exchange",
    "the exchange",
    "A request and its answers.",
    &[
        Key::required("role", Form::Word(&ROLE), "what the simulator does when it gets it"),
        Key::new("of", Form::Word(&DEFINITION), "of what, for the roles that are about definitions"),
        Key::required(
            "method",
            Form::OneOrMany(&Form::Word(&METHOD)),
            "the method, or a list: the first is sent, all are understood",
        ).such_as(&["POST"]),
        Key::required("path", Form::Text, "begins with `/`; `{name}` is a parameter, one in a segment at most").such_as(&["/instances/{instance}"]),
        Key::new("query", PARAMETERS, "query parameters: the name on the wire, and the parameter").such_as(&["{ page: page }"]),
        Key::new("headers", PARAMETERS, "headers: the name on the wire, and the parameter").such_as(&["{ x-language: language }"]),
        Key::new("url", Form::Text, "the parameter that, where given, is the whole URL").such_as(&["url"]),
        Key::new("credential", Form::Boolean, "whether the credential is sent and checked").or("false"),
        Key::new(
            "params",
            Form::Map(NAMED, &Form::Shape(&PARAM)),
            "what parameters must be; the simulator refuses what is not, the runner sends anything",
        ).such_as(&["{ name: { type: text, required: true, max-length: 50 } }"]),
        Key::new("body", Form::Shape(&BODY), "the body of the request"),
        Key::new("accepts", Form::OneOrMany(&Form::Text), "the activities that take it, for uploads and continuing").such_as(&["[take-selfie]"]),
        Key::new(
            "matches",
            PARAMETERS,
            "uploads: a parameter, and the input parameter of the element that it must equal, where the element has that",
        ).such_as(&["{ kind: captureType }"]),
        Key::new("stores", Form::Text, "uploads: the process variable that holds the captures; `{…}` is a parameter").such_as(&["_captures.{kind}"]),
        Key::new(
            "records",
            Form::OneOrMany(&Form::Text),
            "uploads: parameters that are kept with the facts of the file",
        ).such_as(&["[kind]"]),
        Key::new(
            "means",
            Form::Map(Names::Of(&MEANING), &Form::Map(Names::Free, &Form::Any)),
            "what a value of a parameter means to the simulator: `counted: { type: LIMITED }`",
        ).such_as(&["{ counted: { type: LIMITED } }"]),
        Key::required(
            "answers",
            Form::Map(NAMED, &Form::Shape(&ANSWER)),
            "the answers, by the names that the role needs",
        ).such_as(&["{ done: { status: 200, fields: { instance: /id } } }"]),
    ],
);

const PARAMETERS: Form = Form::Map(Names::Free, &Form::Text);

static PARAM: Shape = Shape::new(
    "parameter",
    "the parameter",
    "What a parameter of an exchange must be.",
    &[
        TYPED,
        Key::new("required", Form::Boolean, "whether it must be there").or("false"),
        Key::new("default", Form::Any, "its value where it is not").such_as(&["ACTIVE"]),
        Key::new("max-length", Form::Integer(0, i64::MAX), "the longest text, in characters").such_as(&["50"]),
        Key::new("min", Form::Integer(i64::MIN, i64::MAX), "the smallest number").such_as(&["0"]),
        Key::new("as", Form::Word(&WRITING), "how a file stands in JSON").or("base64"),
        ONE_OF,
    ],
)
.further(BY_TYPE);

static BODY: Shape = Shape::new(
    "request-body",
    "the body",
    "The body of a request.",
    &[Key::required("format", Form::Word(&FORMAT), "how it is written"), FIELDS],
);

static ANSWER: Shape = Shape::new(
    "answer",
    "the answer",
    "An answer of an exchange.",
    &[
        STATUS,
        FIELDS,
        Key::new(
            "values",
            Form::Map(Names::Free, &Form::Any),
            "fields that the simulator composes: templates over the fields that it knows, `base_url`, `tenant`, `token`",
        ).such_as(&["{ redirect: \"{{ base_url }}/web\" }"]),
        Key::new("constants", Form::Map(Names::Free, &Form::Any), "members of the body that are always written").such_as(&["{ success: true }"]),
        Key::new("media", Form::Text, "the body is a text of this media type, which is the field at `\"\"`").such_as(&["text/plain"]),
    ],
);

impl Reader<'_> {
    pub fn wire(&mut self, fields: Option<Shaped>) -> Wire {
        let mut wire = Wire {
            correlation: None,
            credential: None,
            error_fields: Vec::new(),
            reasons: BTreeMap::new(),
            forms: None,
            exchanges: Vec::new(),
        };
        let Some(fields) = fields else { return wire };
        if let Some(headers) = fields.inside("headers", self.found) {
            let name = headers.text("correlation", self.found).filter(|name| name.value != "off");
            wire.correlation = name.filter(|name| self.is_header(name)).map(|name| name.value);
        }
        wire.credential = fields.inside("credential", self.found).and_then(|inside| self.credential(&inside));
        if let Some(errors) = fields.inside("errors", self.found) {
            wire.error_fields = self.fields(&errors, BodyFormat::Json);
            wire.reasons = self.named(&errors, "reasons").into_iter().filter_map(|entry| self.reason(entry)).collect();
        }
        wire.forms = fields.inside("forms", self.found).and_then(|inside| self.forms(&inside));
        wire.exchanges = self.named(&fields, "exchanges").into_iter().filter_map(|one| self.exchange(one)).collect();
        wire
    }

    fn credential(&mut self, fields: &Shaped) -> Option<Credential> {
        let header = fields.text("header", self.found).filter(|name| self.is_header(name));
        let value = self.template_of(fields, "value");
        Some(Credential { header: header?.value, value: value? })
    }

    /// Reports what RFC 9110 section 5.6.2 allows in no header's name.
    fn is_header(&mut self, name: &Spanned<String>) -> bool {
        let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
        if !fits {
            let message = format!("`{}` cannot be the name of a header", name.value);
            self.found.push(Diagnostic::new(Id::WRONG_VALUE, message).at(name.span));
        }
        fits
    }

    fn reason(&mut self, entry: &Entry) -> Option<(String, Reason)> {
        REASON.read(&entry.key, self.found)?;
        let fields = Shaped::named(&entry.value, &REFUSAL, &entry.key, self.found)?;
        let status = self.status(&fields);
        let (code, message) = (fields.integer("code", self.found), fields.text("message", self.found));
        Some((entry.key.value.clone(), Reason { status: status?, code: code?.value, message: message?.value }))
    }

    fn status(&mut self, fields: &Shaped) -> Option<u16> {
        u16::try_from(fields.integer("status", self.found)?.value).ok()
    }

    fn exchange(&mut self, entry: &Entry) -> Option<Exchange> {
        let name = entry.key.clone();
        let fields = Shaped::named(&entry.value, &EXCHANGE, &name, self.found)?;
        let role = fields.word("role", Role::WORDS, self.found).map(|role| role.value);
        // A word that is none is told; it counts as something.
        let of = fields.node("of").map(|_| {
            fields.word("of", DefinitionKind::WORDS, self.found).map_or(DefinitionKind::Process, |kind| kind.value)
        });
        fields.node("method").iter().for_each(|node| self.filled(node, "`method`"));
        let methods = fields.texts("method", self.found).into_iter();
        let methods = methods.filter(|method| METHOD.read(method, self.found).is_some());
        let methods = methods.map(|method| method.value).collect();
        let path = fields.text("path", self.found).and_then(|path| self.path(&path));
        let query = self.pairs(&fields, "query");
        let headers = self.pairs(&fields, "headers");
        headers.iter().for_each(|(header, _)| {
            self.is_header(header);
        });
        let url = self.plain(&fields, "url");
        let credential = self.flag(&fields, "credential");
        let params = self.named(&fields, "params").into_iter().filter_map(|entry| self.param(entry)).collect();
        let body = fields.inside("body", self.found).and_then(|inside| self.body(&inside));
        let body = body.unwrap_or(Body { format: BodyFormat::None, fields: Vec::new() });
        let (accepts, stores) = (fields.texts("accepts", self.found), fields.text("stores", self.found));
        stores.iter().for_each(|stores| self.placeholders(stores));
        let records = fields.texts("records", self.found);
        let matches = self.pairs(&fields, "matches");
        let means = fields.map("means", self.found).iter().filter_map(|entry| self.meaning(entry)).collect();
        let answers = self.named(&fields, "answers").into_iter().filter_map(|entry| self.answer(entry)).collect();
        let plain =
            |pairs: Vec<(Spanned<String>, String)>| pairs.into_iter().map(|(key, name)| (key.value, name)).collect();
        Some(Exchange {
            name,
            role: role?,
            of,
            methods,
            path: path?,
            query: plain(query),
            headers: plain(headers),
            url,
            credential,
            params,
            body,
            accepts,
            stores: stores.map(|stores| stores.value),
            records,
            matches,
            means,
            answers,
        })
    }

    fn path(&mut self, path: &Spanned<String>) -> Option<PathPattern> {
        PathPattern::parse(path)
            .map_err(|why| {
                let one = Diagnostic::new(Id::CATALOGUE_PATH, format!("`{}` is no path: {why}", path.value));
                self.found.push(one.at(path.span));
            })
            .ok()
    }

    /// Names on the wire and the parameters that they carry.
    fn pairs(&mut self, fields: &Shaped, key: &'static str) -> Vec<(Spanned<String>, String)> {
        let entries = fields.map(key, self.found).iter();
        entries
            .filter_map(|entry| Some((entry.key.clone(), entry.value.text("a parameter", self.found)?.value)))
            .collect()
    }

    fn param(&mut self, entry: &Entry) -> Option<Param> {
        let name = entry.key.clone();
        let fields = Shaped::named(&entry.value, &PARAM, &name, self.found)?;
        let kind = self.kind(&fields);
        let required = self.flag(&fields, "required");
        let max_length = fields.integer("max-length", self.found);
        let min = fields.integer("min", self.found).map(|min| min.value);
        let as_text = fields.word("as", WRITINGS, self.found).is_some_and(|as_text| as_text.value);
        let kind = kind?;
        let one_of = self.one_of(&fields, &kind);
        let default = fields.node("default").map(|node| {
            let value = self.typed(node.to_json(), node.span, "the default", &kind);
            self.listed(&value, node.span, &kind, &one_of);
            value
        });
        let max_length = max_length.map(|max| max.value.unsigned_abs());
        Some(Param { name, kind, required, default, max_length, min, one_of, as_text })
    }

    fn body(&mut self, fields: &Shaped) -> Option<Body> {
        let format = fields.word("format", FORMATS, self.found).map(|format| format.value);
        let places = self.fields(fields, format.unwrap_or(BodyFormat::Json));
        Some(Body { format: format?, fields: places })
    }

    fn meaning(&mut self, entry: &Entry) -> Option<(String, (String, Value))> {
        MEANING.read(&entry.key, self.found)?;
        match entry.value.mapping(&format!("`{}`", entry.key.value), self.found)? {
            [one] => Some((entry.key.value.clone(), (one.key.value.clone(), one.value.to_json()))),
            _ => {
                let one = Diagnostic::new(Id::WRONG_VALUE, "a meaning is one parameter with one value");
                self.found.push(one.at(entry.value.span));
                None
            }
        }
    }

    fn answer(&mut self, entry: &Entry) -> Option<Answer> {
        let name = entry.key.value.clone();
        let fields = Shaped::named(&entry.value, &ANSWER, &name, self.found)?;
        let status = self.status(&fields);
        let places = self.fields(&fields, BodyFormat::Json);
        let mut composed = Vec::new();
        for value in fields.map("values", self.found) {
            let inside = |rest: &str| rest.is_empty() || rest.starts_with('.');
            if !places.iter().any(|place| place.name.strip_prefix(value.key.as_str()).is_some_and(inside)) {
                let message = format!("the answer `{name}` has no field `{}`", value.key.value);
                let names = places.iter().map(|place| place.name.as_str());
                let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(value.key.span);
                self.found.push(one.meant(value.key.span, &value.key, names));
            }
            composed.push((value.key.value.clone(), self.template(&value.value)));
        }
        let constants = self.object(&fields, "constants");
        let media = self.plain(&fields, "media");
        Some(Answer { name, status: status?, fields: places, values: composed, constants, media })
    }

    /// Names and where they stand. No two may be written to the same place.
    fn fields(&mut self, owner: &Shaped, format: BodyFormat) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut written: HashMap<String, Span> = HashMap::new();
        for entry in owner.map("fields", self.found) {
            if entry.key.split('.').any(str::is_empty) {
                let message = format!("`{}` is no name of a field", entry.key.value);
                let one = Diagnostic::new(Id::CATALOGUE_NAME, message).at(entry.key.span);
                self.found.push(one.help("members of a field are written with dots: `element.id`"));
                continue;
            }
            let pointers = entry.value.texts(&format!("`{}`", entry.key.value), self.found);
            for pointer in &pointers {
                self.pointer(pointer, format);
            }
            if let Some(first) = pointers.first()
                && let Some(other) = written.insert(first.value.clone(), first.span)
            {
                let message = format!("two fields are written to `{}`", first.value);
                let one = Diagnostic::new(Id::CATALOGUE_DUPLICATE, message).label(first.span, "again");
                self.found.push(one.and(other, "first"));
            }
            self.filled(&entry.value, &format!("`{}`", entry.key.value));
            let pointers = pointers.into_iter().map(|pointer| pointer.value).collect();
            fields.push(Field { name: entry.key.clone(), pointers });
        }
        fields
    }

    pub fn pointer(&mut self, pointer: &Spanned<String>, format: BodyFormat) {
        let part = format == BodyFormat::Multipart;
        let why = match check_pointer(pointer) {
            Err(why) => why,
            Ok(()) if part && pointer.matches('/').count() != 1 => {
                "a part has a name, `/name`, and nothing inside".to_owned()
            }
            Ok(()) => return,
        };
        let message = format!("`{}` is no JSON pointer: {why}", pointer.value);
        let help = (!pointer.starts_with('/')).then(|| format!("write `/{}`", pointer.replace('.', "/")));
        self.found.push(Diagnostic::new(Id::CATALOGUE_POINTER, message).at(pointer.span).help_if(help));
    }
}
