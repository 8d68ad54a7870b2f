use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Catalogue, Exchange};
use crate::diagnostic::{Diagnostics, Style, frames};
use crate::source::Sources;

/// A catalogue of one exchange beside a refusal, with the rest of the exchange's declaration.
fn catalogue(exchange: &str) -> Catalogue {
    let text = format!(
        "catalogue: test\nactivities: {{}}\nwire:\n  errors:\n    fields: {{ code: [/error/code, /code], message: /error/text }}\n    \
         reasons: {{ expired: {{ status: 401, code: 279, message: Gone }} }}\n  exchanges:\n    one:\n      \
         role: read-instance\n      method: POST\n{exchange}\n"
    );
    let mut sources = Sources::new();
    let file = sources.add("test.yaml", text);
    let mut found = Diagnostics::new();
    let catalogue = Catalogue::read(&sources, file, &mut found);
    assert_eq!(frames(found.iter(), &sources, Style::Plain), "");
    catalogue.unwrap()
}

fn exchange(rest: &str) -> Exchange {
    catalogue(&format!("{rest}\n      answers: {{ found: {{ status: 200 }} }}")).wire.exchanges.remove(0)
}

fn params<const N: usize>(pairs: [(&str, Value); N]) -> Params {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), ParamValue::Json(value))).collect()
}

fn request(url: &str, body: WireBody) -> WireRequest {
    WireRequest { method: "POST".into(), url: url.into(), headers: Vec::new(), body }
}

#[test]
fn pointers_are_checked() {
    for pointer in ["", "/", "/a/b", "/a~0b/~1", "/15", "/a/0", "/016", "/1x"] {
        assert_eq!(check_pointer(pointer), Ok(()), "{pointer}");
    }
    for pointer in ["a", "$.a", "/a~", "/~2", "/16", "/99999999999999999999999"] {
        assert!(check_pointer(pointer).is_err(), "{pointer}");
    }
}

#[test]
fn setting_a_pointer_makes_what_is_on_the_way() {
    for (before, pointer, after) in [
        (json!({}), "/a/b", json!({"a": {"b": 1}})),
        (json!({"a": {"c": 2}}), "/a/b", json!({"a": {"c": 2, "b": 1}})),
        (json!({}), "/a/1/b", json!({"a": [null, {"b": 1}]})),
        (json!({"a": {}}), "/a/0", json!({"a": {"0": 1}})),
        (json!({"a": "text"}), "/a/b", json!({"a": {"b": 1}})),
        (json!({}), "/~0~1", json!({"~/": 1})),
        (json!({}), "/", json!({"": 1})),
        (json!({"a": 2}), "", json!(1)),
    ] {
        let mut value = before.clone();
        pointer::set(&mut value, pointer, json!(1));
        assert_eq!(value, after, "{before} {pointer}");
    }
}

#[test]
fn paths_fit_segment_by_segment() {
    for (pattern, path, found) in [
        ("/a/{x}", "/a/1", Some(vec![("x", "1")])),
        ("/a/{x}", "/a/%2F%20%C3%A9+", Some(vec![("x", "/ é+")])),
        ("/a/{x}", "/a/", Some(vec![("x", "")])),
        ("/a/{x}", "/a", None),
        ("/a/{x}", "/a/1/2", None),
        ("/a/{x}", "/b/1", None),
        ("/{x}.jpeg/{y}", "/a.b.jpeg/c", Some(vec![("x", "a.b"), ("y", "c")])),
        ("/{x}.jpeg", "/a.png", None),
        ("/a b", "/a b", None),
        ("/é", "/%C3%A9", Some(vec![])),
        ("/", "/", Some(vec![])),
    ] {
        let matched = PathPattern::parse(pattern).ok().and_then(|pattern| pattern.matches(path));
        let found = found.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect::<Vec<_>>());
        assert_eq!(matched, found, "{pattern} {path}");
    }
    for path in ["", "a", "/a?b", "/a#b", "/{", "/}", "/{}", "/{a}{b}", "/{a/b}"] {
        assert!(PathPattern::parse(path).is_err(), "{path}");
    }
    assert_eq!(PathPattern::parse("/a-{x}.y/b").unwrap().to_string(), "/a-{x}.y/b");
}

#[test]
fn a_path_without_parameters_goes_before_one_with() {
    let answers = "answers: { found: { status: 200 } }";
    let text = format!(
        "      path: \"/a/{{x}}\"\n      {answers}\n    two: {{ role: read-instance, method: [GET, POST], path: /a/b, {answers} }}"
    );
    let wire = catalogue(&text).wire;
    let route = |method, path| wire.route(method, path).map(|(exchange, _)| exchange.name.value.clone());
    assert_eq!(route("POST", "/a/c?x=1").as_deref(), Some("one"));
    assert_eq!(route("POST", "/a/b").as_deref(), Some("two"));
    assert_eq!(route("GET", "/a/b#x").as_deref(), Some("two"));
    assert_eq!(route("GET", "/a/c"), None);
    assert_eq!(route("POST", ""), None);
}

#[test]
fn queries_are_read_as_forms_write_them() {
    let one =
        exchange("      path: /a\n      query: { the key: key, n: count }\n      params: { count: { type: integer } }");
    for (url, read) in [
        ("/a", params([])),
        ("/a?", params([])),
        ("/a?the+key=a+b%2B&n=5", params([("key", json!("a b+")), ("count", json!(5))])),
        ("/a?the%20key", params([("key", json!(""))])),
        ("/a?n=x&n=2&other=1#the+key=3", params([("count", json!("x"))])),
        ("/a?the+key=%FF%", params([("key", json!("\u{fffd}%"))])),
    ] {
        assert_eq!(one.read_request(&[], &request(url, WireBody::None)).unwrap(), read, "{url}");
    }
}

#[test]
fn a_request_that_cannot_be_written_is_told_without_its_values() {
    let one = exchange(
        "      path: \"/a/{id}\"\n      query: { q: query }\n      headers: { X-Key: key }\n      url: whole\n      \
         body: { format: json, fields: { file: /file, map.a: /a, map.b.c: /c } }",
    );
    let file = || ParamValue::File(Media::of_bytes("f", b"secret".as_slice()));
    for (name, value, message) in [
        ("other", json!(1).into(), "`one` has no parameter `other`"),
        ("map", json!({ "a": 1, "d": 2 }).into(), "`one` has no parameter `map.d`"),
        ("id", Value::Null.into(), "`one` needs `id` for its path"),
        ("id", "..".into(), "`id` of `one` cannot stand in the path: `.` and `..` mean another path"),
        ("id", file(), "`id` of `one` cannot stand in the path: it is a file"),
        ("query", file(), "`query` of `one` cannot stand in the query: it is a file"),
        (
            "key",
            "a\r\nb".into(),
            "`key` of `one` cannot stand in a header: it has characters that are not printable ASCII",
        ),
        ("key", "é".into(), "`key` of `one` cannot stand in a header: it has characters that are not printable ASCII"),
    ] {
        let mut given = params([("id", json!("1"))]);
        given.insert(name.to_owned(), value);
        assert_eq!(one.write_request("http://e", &given).unwrap_err().to_string(), message);
    }
    let members = params([("id", json!("1")), ("map", json!({ "a": 1, "b": { "c": 2 }, "d": null }))]);
    assert_eq!(one.write_request("http://e", &members).unwrap().body, WireBody::Json(json!({ "a": 1, "c": 2 })));
}

#[test]
fn what_is_absent_or_null_is_left_out_and_a_whole_url_replaces_path_and_query() {
    let one = exchange(
        "      path: \"/a/{id}\"\n      query: { q: query }\n      headers: { X-Key: key }\n      url: whole\n      \
         body: { format: json, fields: { file: /file } }",
    );
    let written =
        one.write_request("http://e/", &params([("id", json!(5)), ("query", json!(null)), ("other", json!(null))]));
    assert_eq!(written.unwrap(), request("http://e/a/5", WireBody::Json(json!({}))));
    let whole = params([("whole", json!("https://x/y?z")), ("query", json!("q")), ("key", json!(true))]);
    let written = one.write_request("http://e", &whole).unwrap();
    assert_eq!(
        (written.url.as_str(), written.headers),
        ("https://x/y?z", vec![("X-Key".to_owned(), "true".to_owned())])
    );
}

#[test]
fn header_names_have_no_case() {
    let one = exchange("      path: /a\n      headers: { X-API-Key: key }");
    let mut given = request("/a", WireBody::None);
    given.headers = vec![("other".into(), "1".into()), ("x-api-KEY".into(), "k".into())];
    assert_eq!(one.read_request(&[], &given).unwrap(), params([("key", json!("k"))]));
}

const JSON: &str = "      path: /a\n      params: { file: { type: file }, map: { type: map } }\n      \
                    body: { format: json, fields: { file: /file, map: /map } }";
const PARTS: &str = "      path: /a\n      \
                     params: { file: { type: file }, map: { type: map }, any: { type: any }, flag: { type: boolean } }\n      \
                     body: { format: multipart, fields: { file: /f, map: /m, map.inner: /i, any: /a, flag: /b } }";

#[test]
fn a_body_that_cannot_be_read_is_refused() {
    let one = exchange(JSON);
    let file = |text: &str| WireBody::Json(json!({"file": text}));
    for (body, expected) in [
        (WireBody::Json(json!([])), Err("the body must be a JSON object")),
        (WireBody::Multipart(Vec::new()), Err("the body must be a JSON object")),
        (file("no base64!"), Err("`file` is no base64")),
        (file("QQ"), Ok(b"A".as_slice())),
        (file("QQ=="), Ok(b"A".as_slice())),
        (file(""), Ok(b"".as_slice())),
    ] {
        let read = one.read_request(&[], &request("/a", body));
        let bytes = read.as_ref().map(|params| &*params["file"].as_file().unwrap().bytes);
        assert_eq!(bytes.map_err(ToString::to_string), expected.map_err(str::to_owned));
    }
    let read = one.read_request(&[], &request("/a", WireBody::Json(json!({"file": null, "map": 5, "other": 1}))));
    assert_eq!(read.unwrap(), params([("map", json!(5))]), "validated later");
    assert_eq!(one.read_request(&[], &request("/a", WireBody::None)).unwrap(), params([]));
    let refused = exchange(PARTS).read_request(&[], &request("/a", WireBody::Json(json!({})))).unwrap_err();
    assert_eq!(refused.to_string(), "the body must be multipart/form-data");
}

#[test]
fn a_file_may_stand_in_json_as_text() {
    let one = exchange(
        "      path: /a\n      params: { form: { type: file, as: text }, scan: { type: file } }\n      \
         body: { format: json, fields: { form: /resource, scan: /scan } }",
    );
    let file = |bytes: &[u8]| ParamValue::File(Media::of_bytes("form", bytes));
    let given = Params::from([
        ("form".to_owned(), file(b"{\"a\": 1}")),
        ("scan".to_owned(), Media::of_bytes("scan", b"{".as_slice()).into()),
    ]);
    let written = one.write_request("http://e", &given).unwrap();
    assert_eq!(written.body, WireBody::Json(json!({ "resource": "{\"a\": 1}", "scan": "ew==" })));
    assert_eq!(one.read_request(&[], &written).unwrap(), given);
    let binary = Params::from([("form".to_owned(), file(&[0xff]))]);
    let why = one.write_request("http://e", &binary).unwrap_err().to_string();
    assert_eq!(why, "`form` of `one` cannot stand in the body: it is no UTF-8");
}

#[test]
fn parts_keep_types_file_names_and_members() {
    let one = exchange(PARTS);
    let file = Media { name: "a b.png".into(), media: "image/png".into(), bytes: [1, 2, 3].into() };
    for any in [json!("5"), json!(5), json!("text"), json!("\"quoted\""), json!([null]), json!({"a": "null"})] {
        let mut given = params([("map", json!({"a": [1], "inner": "i"})), ("any", any), ("flag", json!(false))]);
        given.insert("file".to_owned(), file.clone().into());
        let written = one.write_request("", &given).unwrap();
        assert_eq!(one.read_request(&[], &written).unwrap(), given);
    }
    let text = |name: &str, text: &str| Part { name: name.into(), value: PartValue::Text(text.into()) };
    let parts = WireBody::Multipart(vec![text("b", "yes"), text("m", "[1]"), text("zzz", "1")]);
    let read = one.read_request(&[], &request("/a", parts)).unwrap();
    assert_eq!(read, params([("flag", json!("yes")), ("map", json!("[1]"))]), "validated later");
}

#[test]
fn the_first_pointer_that_leads_to_something_is_read() {
    let text = "      path: /a\n      answers:\n        found:\n          status: 200\n          \
                fields: { code: [/error/code, /code], element.id: /id, element: /el, name: /el/name }\n        \
                done: { status: 200, fields: { code: /done, redirect: /to } }\n        \
                made: { status: 201, fields: { id: /new }, constants: { kind: made } }\n        empty: { status: 204 }";
    let wire = catalogue(text).wire;
    let one = wire.exchange("one").unwrap();
    for (status, body, read) in [
        (200, json!({"code": 1}), json!({"code": 1})),
        (200, json!({"error": {"code": null}, "code": 1}), json!({"code": 1})),
        (200, json!({"error": {"code": 2}, "code": 1}), json!({"code": 2})),
        (200, json!({"done": 3, "to": "x"}), json!({"code": 3, "redirect": "x"})),
        (200, json!({"el": {"name": "n", "x": 1}, "id": 5}), json!({"name": "n", "element": {"x": 1, "id": 5}})),
        (200, json!({"el": {"name": "n"}}), json!({"name": "n"})),
        (200, json!({"el": "text", "id": 5}), json!({"element": {"id": 5}})),
        (202, json!({"code": 1, "new": 2}), json!({"code": 1, "id": 2})),
        (404, json!({"code": 1, "new": 2, "error": {"text": "m"}}), json!({"code": 1, "message": "m"})),
        (500, json!("Internal Server Error"), json!({})),
        (204, Value::Null, json!({})),
    ] {
        assert_eq!(wire.read_answer(one, status, &body), read, "{status} {body}");
    }
    let write = |name: &str, object: Value| one.write_answer(one.answer(name).unwrap(), &object).body;
    assert_eq!(write("made", json!({"id": 1, "other": 2})), Some(json!({"kind": "made", "new": 1})));
    assert_eq!(write("empty", json!({"id": 1})), None);
}

#[test]
fn a_refusal_says_its_reason() {
    let wire = catalogue("      path: /a\n      answers: { found: { status: 200 } }").wire;
    let refusal = wire.write_refusal("expired", None);
    assert_eq!(refusal.body, Some(json!({"error": {"code": 279, "text": "Gone"}})));
    assert_eq!(refusal.status, 401);
    let detailed = wire.write_refusal("expired", Some("long ago")).body.unwrap();
    assert_eq!(detailed["error"]["text"], json!("Gone: long ago"));
    let read = wire.read_answer(wire.exchange("one").unwrap(), 401, &detailed);
    assert_eq!(read, json!({"code": 279, "message": "Gone: long ago"}));
    let unlisted = wire.write_refusal("not-waiting", None);
    assert_eq!((unlisted.status, unlisted.body), (400, Some(json!({"error": {"text": "not waiting"}}))));
}

#[test]
fn parameters_are_validated_and_defaults_added() {
    let one = exchange(
        "      path: /a\n      params:\n        \
         text: { type: text, required: true, max-length: 2 }\n        \
         word: { type: text, one-of: [a, b], default: a }\n        \
         count: { type: integer, min: 1 }\n        number: { type: number, min: 1 }\n        flag: { type: boolean }\n        \
         map: { type: map }\n        list: { type: list }\n        at: { type: date-time }\n        long: { type: duration }\n        land: { type: country }\n        \
         file: { type: file, media: [image/png], max-bytes: 20 }\n        any: { type: any }\n      \
         body: { format: json, fields: { text: /t, word: /w, count: /c, number: /n, flag: /f, map: /m, list: /l, at: /at, \
         long: /long, land: /land, file: /file, any: /any } }",
    );
    let filled = one.validate(params([("text", json!("éé")), ("count", json!(null)), ("other", json!(1))]));
    assert_eq!(filled.unwrap(), params([("text", json!("éé")), ("word", json!("a")), ("other", json!(1))]));
    for (name, good) in [
        ("count", json!(1)),
        ("number", json!(1.5)),
        ("flag", json!(false)),
        ("map", json!({})),
        ("list", json!([])),
        ("at", json!("2026-01-31T12:00:00.000Z")),
        ("at", json!("2026-01-31T12:00:00.000+0100")),
        ("long", json!("PT48H")),
        ("long", json!("90s")),
        ("land", json!("de")),
        ("land", json!("DE")),
        ("any", json!("x")),
    ] {
        assert!(one.validate(params([("text", json!("")), (name, good.clone())])).is_ok(), "{name} {good}");
    }
    let file = |media: &str, size: usize| {
        ParamValue::File(Media { name: "f".into(), media: media.into(), bytes: vec![0; size].into() })
    };
    for (name, bad, problem) in [
        ("text", Value::Null.into(), "`text` is missing"),
        ("text", json!("ééé").into(), "`text` is longer than 2 characters"),
        ("text", json!(5).into(), "`text` must be text"),
        ("word", json!("c").into(), "`word` must be one of \"a\", \"b\""),
        ("count", json!(0).into(), "`count` is less than 1"),
        ("count", json!(1.5).into(), "`count` must be a whole number"),
        ("number", json!("1").into(), "`number` must be a number"),
        ("flag", json!("yes").into(), "`flag` must be `true` or `false`"),
        ("map", json!([]).into(), "`map` must be a mapping"),
        ("list", json!({}).into(), "`list` must be a list"),
        ("at", json!("2026-01-31").into(), "`at` must be an instant such as 2026-01-31T12:00:00Z"),
        ("long", json!("P1M").into(), "`long` must be a length of time such as PT30M"),
        ("land", json!("xx").into(), "`land` must be a country code of two letters (ISO 3166-1) such as `de`"),
        ("land", json!("DEU").into(), "`land` must be a country code of two letters (ISO 3166-1) such as `de`"),
        ("land", json!(276).into(), "`land` must be a country code of two letters (ISO 3166-1) such as `de`"),
        ("file", json!("QQ==").into(), "`file` must be a file"),
        ("file", file("image/png", 21), "`file` is larger than 20 bytes"),
        ("file", file("image/gif", 20), "`file` must be image/png"),
        ("any", file("image/png", 1), "`any` must not be a file"),
    ] {
        let mut given = params([("text", json!(""))]);
        given.insert(name.to_owned(), bad);
        assert_eq!(one.validate(given).unwrap_err(), [problem]);
    }
}

#[test]
fn pictures_are_never_shown() {
    let picture = Media::of_bytes("me.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice());
    assert_eq!(format!("{picture:?}"), "Media(\"me.png\", image/png, 16 bytes)");
    assert_eq!(Media::of_bytes("x", b"text".as_slice()).media, Media::UNKNOWN);
}
