use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::Reader;
use crate::catalogue::codec::check_pointer;
use crate::catalogue::{
    Answer, Body, BodyFormat, Credential, DefinitionKind, Exchange, Field, MEANINGS, Param, PathPattern, REASONS,
    Reason, Role, Wire,
};
use crate::diagnostic::{Diagnostic, Id, suggest};
use crate::source::{Span, Spanned};
use crate::yaml::{Entry, Fields, Node};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl Reader<'_> {
    pub fn wire(&mut self, node: Option<&Node>) -> Wire {
        let mut wire = Wire {
            correlation: None,
            credential: None,
            error_fields: Vec::new(),
            reasons: BTreeMap::new(),
            forms: None,
            exchanges: Vec::new(),
        };
        let Some(mut fields) = node.and_then(|node| Fields::of(node, "the wire", self.found)) else { return wire };
        if let Some(mut headers) = fields.optional("headers").and_then(|node| Fields::of(node, "`headers`", self.found))
        {
            let name = headers.text("correlation", self.found).filter(|name| name.value != "off");
            wire.correlation = name.filter(|name| self.is_header(name)).map(|name| name.value);
            headers.finish(self.found);
        }
        wire.credential = fields.optional("credential").and_then(|node| self.credential(node));
        if let Some(mut errors) = fields.optional("errors").and_then(|node| Fields::of(node, "`errors`", self.found)) {
            let places = errors.optional("fields");
            wire.error_fields = self.fields(places, BodyFormat::Json);
            let reasons = errors.optional("reasons");
            wire.reasons =
                self.named(reasons, "`reasons`").into_iter().filter_map(|entry| self.reason(entry)).collect();
            errors.finish(self.found);
        }
        wire.forms = fields.optional("forms").and_then(|node| self.forms(node));
        let exchanges = fields.required("exchanges", self.found);
        wire.exchanges =
            self.named(exchanges, "`exchanges`").into_iter().filter_map(|one| self.exchange(one)).collect();
        fields.finish(self.found);
        wire
    }

    fn credential(&mut self, node: &Node) -> Option<Credential> {
        let mut fields = Fields::of(node, "`credential`", self.found)?;
        let header = fields.required_text("header", self.found).filter(|name| self.is_header(name));
        let value = self.required_template(&mut fields, "value");
        fields.finish(self.found);
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
        let words: Vec<_> = REASONS.iter().map(|reason| (*reason, ())).collect();
        self.word(&entry.key, "reason to refuse", &words)?;
        let mut fields = Fields::of(&entry.value, &format!("the reason `{}`", entry.key.value), self.found)?;
        let status = self.status(&mut fields);
        let code = fields.required("code", self.found);
        let code = code.and_then(|node| node.integer("`code`", i64::MIN, i64::MAX, self.found));
        let message = fields.required_text("message", self.found);
        fields.finish(self.found);
        Some((entry.key.value.clone(), Reason { status: status?, code: code?.value, message: message?.value }))
    }

    fn status(&mut self, fields: &mut Fields) -> Option<u16> {
        let status = fields.required("status", self.found)?.integer("`status`", 200, 599, self.found)?;
        u16::try_from(status.value).ok()
    }

    fn exchange(&mut self, entry: &Entry) -> Option<Exchange> {
        let name = entry.key.clone();
        let mut fields = Fields::of(&entry.value, &format!("the exchange `{}`", name.value), self.found)?;
        let role = fields.required_text("role", self.found);
        let role = role.and_then(|role| self.word(&role, "role", Role::WORDS));
        // A word that is none was told already; it counts as something.
        let of = fields.text("of", self.found).map(|of| {
            let kind = self.word(&of, "kind of definition", DefinitionKind::WORDS);
            kind.unwrap_or(DefinitionKind::Process)
        });
        let methods = fields.required("method", self.found);
        methods.iter().for_each(|node| self.filled(node, "`method`"));
        let methods = self.texts(methods, "`method`").into_iter().filter(|method| self.is_method(method));
        let methods = methods.map(|method| method.value).collect();
        let path = fields.required_text("path", self.found).and_then(|path| self.path(&path));
        let query = fields.optional("query");
        let query = self.pairs(query, "`query`");
        let headers = fields.optional("headers");
        let headers = self.pairs(headers, "`headers`");
        headers.iter().for_each(|(header, _)| {
            self.is_header(header);
        });
        let url = fields.text("url", self.found).map(|url| url.value);
        let credential = self.flag(&mut fields, "credential");
        let params = fields.optional("params");
        let params = self.named(params, "`params`").into_iter().filter_map(|entry| self.param(entry)).collect();
        let body = fields.optional("body");
        let body =
            body.and_then(|node| self.body(node)).unwrap_or(Body { format: BodyFormat::None, fields: Vec::new() });
        let (accepts, stores) = (fields.optional("accepts"), fields.text("stores", self.found));
        let accepts = self.texts(accepts, "`accepts`");
        stores.iter().for_each(|stores| self.placeholders(stores));
        let records = fields.optional("records");
        let records = self.texts(records, "`records`");
        let matches = fields.optional("matches");
        let matches = self.pairs(matches, "`matches`");
        let means = fields.optional("means");
        let means = self.free(means, "`means`").iter().filter_map(|entry| self.meaning(entry)).collect();
        let answers = fields.required("answers", self.found);
        let answers: Vec<_> =
            self.named(answers, "`answers`").into_iter().filter_map(|entry| self.answer(entry)).collect();
        fields.finish(self.found);
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

    fn is_method(&mut self, method: &Spanned<String>) -> bool {
        let words: Vec<_> = METHODS.iter().map(|method| (*method, ())).collect();
        self.word(method, "method", &words).is_some()
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
    fn pairs(&mut self, node: Option<&Node>, what: &str) -> Vec<(Spanned<String>, String)> {
        let entries = self.free(node, what).iter();
        entries
            .filter_map(|entry| Some((entry.key.clone(), entry.value.text("a parameter", self.found)?.value)))
            .collect()
    }

    fn param(&mut self, entry: &Entry) -> Option<Param> {
        let name = entry.key.clone();
        let mut fields = Fields::of(&entry.value, &format!("the parameter `{}`", name.value), self.found)?;
        let kind = self.kind(&mut fields);
        let required = self.flag(&mut fields, "required");
        let max_length = fields.integer("max-length", 0, i64::MAX, self.found);
        let min = fields.integer("min", i64::MIN, i64::MAX, self.found).map(|min| min.value);
        let default = fields.optional("default");
        let as_text = fields.text("as", self.found);
        let as_text =
            as_text.and_then(|word| self.word(&word, "way to write a file", &[("base64", false), ("text", true)]));
        let Some(kind) = kind else {
            fields.know(&["one-of", "media", "max-bytes"]);
            fields.finish(self.found);
            return None;
        };
        let one_of = self.one_of(&mut fields, &kind);
        fields.finish(self.found);
        let default = default.map(|node| {
            let value = self.typed(node.to_json(), node.span, "the default", &kind);
            self.listed(&value, node.span, &kind, &one_of);
            value
        });
        let max_length = max_length.map(|max| max.value.unsigned_abs());
        Some(Param { name, kind, required, default, max_length, min, one_of, as_text: as_text.unwrap_or(false) })
    }

    fn body(&mut self, node: &Node) -> Option<Body> {
        let mut fields = Fields::of(node, "the body", self.found)?;
        let format = fields.required_text("format", self.found);
        let words = [("json", BodyFormat::Json), ("multipart", BodyFormat::Multipart)];
        let format = format.and_then(|format| self.word(&format, "format of a body", &words));
        let places = fields.optional("fields");
        let places = self.fields(places, format.unwrap_or(BodyFormat::Json));
        fields.finish(self.found);
        Some(Body { format: format?, fields: places })
    }

    fn meaning(&mut self, entry: &Entry) -> Option<(String, (String, Value))> {
        let words: Vec<_> = MEANINGS.iter().map(|meaning| (*meaning, ())).collect();
        self.word(&entry.key, "meaning", &words)?;
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
        let mut fields = Fields::of(&entry.value, &format!("the answer `{name}`"), self.found)?;
        let status = self.status(&mut fields);
        let places = fields.optional("fields");
        let places = self.fields(places, BodyFormat::Json);
        let values = fields.optional("values");
        let mut composed = Vec::new();
        for value in self.free(values, "`values`") {
            let inside = |rest: &str| rest.is_empty() || rest.starts_with('.');
            if !places.iter().any(|place| place.name.strip_prefix(value.key.as_str()).is_some_and(inside)) {
                let message = format!("the answer `{name}` has no field `{}`", value.key.value);
                let names = places.iter().map(|place| place.name.as_str());
                let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(value.key.span);
                self.found.push(one.help_if(suggest(&value.key, names)));
            }
            composed.push((value.key.value.clone(), self.template(&value.value)));
        }
        let constants = fields.optional("constants");
        let constants = self.object(constants, "`constants`");
        let media = fields.text("media", self.found).map(|media| media.value);
        fields.finish(self.found);
        Some(Answer { name, status: status?, fields: places, values: composed, constants, media })
    }

    /// Names and where they stand. No two may be written to the same place.
    fn fields(&mut self, node: Option<&Node>, format: BodyFormat) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut written: HashMap<String, Span> = HashMap::new();
        for entry in self.free(node, "`fields`") {
            if entry.key.split('.').any(str::is_empty) {
                let message = format!("`{}` is no name of a field", entry.key.value);
                let one = Diagnostic::new(Id::CATALOGUE_NAME, message).at(entry.key.span);
                self.found.push(one.help("members of a field are written with dots: `element.id`"));
                continue;
            }
            let pointers = self.texts(Some(&entry.value), &format!("`{}`", entry.key.value));
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
