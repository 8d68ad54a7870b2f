//! What one side writes the other side reads, whatever the catalogue says about where things stand.

use std::sync::LazyLock;

use flowproof::catalogue::{
    Answer, BodyFormat, Catalogue, Exchange, Field, InputType, Media, ParamValue, Params, WireBody, embedded,
};
use flowproof::diagnostic::{Diagnostics, Style, frames};
use flowproof::source::Sources;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const BASE: &str = "http://engine.test";

fn read(text: &str) -> Catalogue {
    let mut sources = Sources::new();
    let file = sources.add("catalogue.yaml", text);
    let mut found = Diagnostics::new();
    let catalogue = Catalogue::read(&sources, file, &mut found);
    assert_eq!(frames(found.iter(), &sources, Style::Plain), "");
    catalogue.unwrap()
}

/// The catalogue that ships, with replaced texts.
fn edited(edits: &[(&str, &str)]) -> Catalogue {
    let mut text = embedded("trustx").unwrap().to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    read(&text)
}

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    let image = "body: { format: json, fields: { image: /image, format: /format } }";
    vec![
        edited(&[]),
        // Other names, other depths, arrays, escapes.
        edited(&[
            ("process: /processDefnName", "process: /definition/name"),
            ("process-version: /processDefnVersion", "process-version: /definition/versions/1"),
            ("description: /description", "description: /a~1b/~0"),
            ("element.name: /activity/name", "element.name: [/activity/names/0, /activityName]"),
            ("parameters.stepId: /stepId", "parameters.stepId: /parameters/step"),
            ("bearer: /token", "bearer: /credentials/0/jwt"),
            ("definition: /resources/bpmn/data", "definition: /files/0/content"),
            ("form: /resource }", "form: /content/json }"),
            ("problems: /errors", "problems: /errors/0/fields"),
            ("variables.reviewComment: /comment", "variables.reviewComment: /verdict/why"),
            ("review.status: /review/status", "review.status: /verdicts/0"),
            ("id: /content/0/id", "id: /newest/id"),
        ]),
        // Other places: parts, paths, headers, queries.
        edited(&[
            (image, "body: { format: multipart, fields: { image: /picture, format: /kind } }"),
            (
                "body: { format: json, fields: { variables: /variables } }",
                "body: { format: multipart, fields: { variables: /v } }",
            ),
            ("/api/process-server/faces/{subject}", "/v2/{subject}.face/of"),
            ("path: /api/process-server/startProcess\n      query: { pi: instance }", "path: '/v2/start-{instance}'"),
            ("query: { pt: token }", "headers: { X-Token: token }"),
            ("headers: { X-API-Key: key }", "query: { 'the key': key }"),
            ("processInstances/{instance}/review\"", "reviews\"\n      headers: { X-Instance: instance }"),
            (
                "body: { format: json, fields: { variables.reviewStatus",
                "body: { format: multipart, fields: { variables.reviewStatus",
            ),
            (
                "body:\n        format: json\n        fields: { name: /name, description: /description, status: /status, creation",
                "body:\n        format: multipart\n        fields: { name: /name, description: /description, status: /status, creation",
            ),
            (
                "query: &newest { page: page, size: size, sort: sort }",
                "headers: &newest { X-Page: page, X-Size: size, X-Sort: sort }",
            ),
            ("query: *newest", "headers: *newest"),
            (
                "found: { status: 200, media: application/xml, fields: { text: \"\" } }",
                "found: { status: 200, fields: { text: /xml } }",
            ),
        ]),
        // The whole body is the parameters.
        edited(&[("            parameters: /parameters", "            parameters: \"\"")]),
    ]
});

/// Where a text would have to stand.
fn text_places(exchange: &Exchange) -> (Vec<&str>, Vec<&str>) {
    (exchange.path.parameters().collect(), exchange.headers.iter().map(|(_, name)| name.as_str()).collect())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            members(inner, 0).prop_map(Value::Object),
        ]
    })
}

/// Objects whose members no field is named like.
fn members(value: impl Strategy<Value = Value>, at_least: usize) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("x[a-z/~]{0,3}", value, at_least..3).prop_map(|map| map.into_iter().collect())
}

fn value_of(exchange: &Exchange, name: &str) -> BoxedStrategy<ParamValue> {
    let declared = exchange.params.iter().find(|param| param.name.value == name);
    let kind = declared.map(|param| &param.kind);
    let as_text = declared.is_some_and(|param| param.as_text);
    let (path, headers) = text_places(exchange);
    let inside = |field: &Field| Some(field.name.strip_prefix(name)?.strip_prefix('.')?.to_owned());
    let places: Vec<String> = exchange.body.fields.iter().filter_map(inside).collect();
    let whole = exchange.body.fields.iter().any(|field| field.name.value == name);
    let json = match kind {
        Some(InputType::Map) if !whole && !places.is_empty() => {
            // A part is text where nothing else is declared, and members are not declared.
            let text = ".{0,12}".prop_map(Value::from).boxed();
            let value = if exchange.body.format == BodyFormat::Json { json_value().boxed() } else { text };
            prop::collection::btree_map(prop::sample::select(places), value, 1..4)
                .prop_map(|members| json!(members))
                .boxed()
        }
        Some(InputType::Integer) => any::<i64>().prop_map(Value::from).boxed(),
        Some(InputType::Number) => any::<i32>().prop_map(|number| json!(f64::from(number) / 4.0)).boxed(),
        Some(InputType::Boolean) => any::<bool>().prop_map(Value::from).boxed(),
        Some(InputType::Map) => members(json_value(), 0).prop_map(Value::Object).boxed(),
        Some(InputType::List) => prop::collection::vec(json_value(), 0..3).prop_map(Value::from).boxed(),
        Some(InputType::Any) => json_value().boxed(),
        Some(InputType::File { .. }) => {
            let name = name.to_owned();
            let text = ".{0,64}".prop_map(String::into_bytes).boxed();
            let file = if as_text { text } else { prop::collection::vec(any::<u8>(), 0..64).boxed() };
            return file.prop_map(move |bytes| Media::of_bytes(name.clone(), bytes).into()).boxed();
        }
        _ if headers.contains(&name) => "[ -~]{0,12}".prop_map(Value::from).boxed(),
        _ if path.contains(&name) => {
            ".{0,12}".prop_filter("another path", |text| text != "." && text != "..").prop_map(Value::from).boxed()
        }
        _ => ".{0,12}".prop_map(Value::from).boxed(),
    };
    json.prop_map(ParamValue::Json).boxed()
}

fn params_of(exchange: &'static Exchange) -> impl Strategy<Value = Params> {
    let (path, _) = text_places(exchange);
    let names = exchange.parameters().into_iter().filter(|name| exchange.url.as_deref() != Some(*name));
    let values: Vec<_> = names
        .map(|name| {
            let value = value_of(exchange, name);
            let value =
                if path.contains(&name) { value.prop_map(Some).boxed() } else { prop::option::of(value).boxed() };
            value.prop_map(move |value| value.map(|value| (name.to_owned(), value))).boxed()
        })
        .collect();
    values.prop_map(|values| values.into_iter().flatten().collect())
}

fn exchange() -> impl Strategy<Value = (&'static Catalogue, &'static Exchange)> {
    let all: Vec<_> =
        CATALOGUES.iter().flat_map(|one| one.wire.exchanges.iter().map(move |exchange| (one, exchange))).collect();
    prop::sample::select(all)
}

fn set(object: &mut Value, name: &str, value: Value) {
    let at = name.split('.').fold(object, |at, segment| &mut at[segment]);
    match (at, value) {
        (Value::Object(there), Value::Object(members)) => there.extend(members),
        (at, value) => *at = value,
    }
}

fn fields_of(answer: &'static Answer) -> impl Strategy<Value = Value> {
    let values: Vec<_> = answer
        .fields
        .iter()
        .map(|field| {
            let name = field.name.as_str();
            let whole = answer.fields.iter().any(|other| other.name.starts_with(&format!("{name}.")));
            let value =
                if whole { members(json_value(), 1).prop_map(Value::Object).boxed() } else { json_value().boxed() };
            prop::option::of(value).prop_map(move |value| value.map(|value| (name, value))).boxed()
        })
        .collect();
    values.prop_map(|values| {
        let mut object = json!({});
        values.into_iter().flatten().for_each(|(name, value)| set(&mut object, name, value));
        object
    })
}

proptest! {
    #[test]
    fn a_request_is_read_as_it_was_written(
        ((catalogue, exchange), params) in
            exchange().prop_flat_map(|(catalogue, exchange)| (Just((catalogue, exchange)), params_of(exchange)))
    ) {
        let request = exchange.write_request(BASE, &params).unwrap();
        let path = request.url.strip_prefix(BASE).unwrap();
        prop_assert!(path.is_ascii());
        let (routed, path_params) = catalogue.wire.route(&request.method, path).unwrap();
        prop_assert_eq!(&routed.name.value, &exchange.name.value);
        prop_assert_eq!(routed.read_request(&path_params, &request).unwrap(), params);
    }

    #[test]
    fn an_answer_is_read_as_it_was_written(
        (catalogue, exchange, answer, object) in exchange().prop_flat_map(|(catalogue, exchange)| {
            prop::sample::select(exchange.answers.iter().collect::<Vec<_>>())
                .prop_flat_map(move |answer| (Just(catalogue), Just(exchange), Just(answer), fields_of(answer)))
        })
    ) {
        let wire = exchange.write_answer(answer, &object);
        let read = catalogue.wire.read_answer(exchange, wire.status, &wire.body.unwrap_or_default());
        prop_assert_eq!(without_empty_wholes(answer, read), without_empty_wholes(answer, object));
    }
}

/// A whole that stands at the root of a body has no place of its own: where it is empty, the body is as if it were absent.
fn without_empty_wholes(answer: &Answer, mut object: Value) -> Value {
    for field in answer.fields.iter().filter(|field| field.pointers.iter().any(String::is_empty)) {
        let members = object.as_object_mut().unwrap();
        if members.get(field.name.as_str()).is_some_and(|whole| whole == &json!({})) {
            members.shift_remove(field.name.as_str());
        }
    }
    object
}

#[test]
fn an_edited_catalogue_writes_what_it_says() {
    let [plain, nested, moved, whole] = CATALOGUES.as_slice() else { panic!("four catalogues") };
    let image = Media::of_bytes("image", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".as_slice());
    let params = Params::from([
        ("instance".to_owned(), "I 1".into()),
        ("subject".to_owned(), "face/1".into()),
        ("image".to_owned(), image.clone().into()),
    ]);
    let upload = |catalogue: &Catalogue| {
        let request = catalogue.wire.exchange("upload-face").unwrap().write_request(BASE, &params).unwrap();
        (request.url, request.body)
    };
    let (url, body) = upload(plain);
    assert_eq!(url, "http://engine.test/api/process-server/faces/face%2F1?pi=I%201");
    assert_eq!(body, WireBody::Json(json!({"image": "/9j/4AAQSkZJRgAB"})));
    let (url, body) = upload(moved);
    assert_eq!(url, "http://engine.test/v2/face%2F1.face/of?pi=I%201");
    let WireBody::Multipart(parts) = body else { panic!("parts") };
    assert_eq!((parts.len(), parts[0].name.as_str()), (1, "picture"));
    assert_eq!(moved.wire.exchange("upload-face").unwrap().body.format, BodyFormat::Multipart);
    assert_eq!(format!("{:?}", parts[0].value), r#"File(Media("image", image/jpeg, 12 bytes))"#);

    let screen = json!({"element": {"name": "A"}, "parameters": {"xk": 1, "stepId": "s"}});
    let body = |catalogue: &Catalogue| {
        let exchange = catalogue.wire.exchange("start").unwrap();
        exchange.write_answer(exchange.answer("screen").unwrap(), &screen).body.unwrap()
    };
    let members = json!({"xk": 1, "stepId": "s"});
    assert_eq!(body(plain), json!({"parameters": members, "activity": {"name": "A"}, "stepId": "s"}));
    let members = json!({"xk": 1, "stepId": "s", "step": "s"});
    assert_eq!(body(nested), json!({"parameters": members, "activity": {"names": ["A"]}}));
    assert_eq!(body(whole), json!({"xk": 1, "activity": {"name": "A"}, "stepId": "s"}));
}
