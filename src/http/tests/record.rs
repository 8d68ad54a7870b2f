use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::event::{ErrorPhase, TransportError};
use crate::http::Timings;
use crate::redact::Secret;

fn redactor() -> Redactor {
    Redactor::new().with("pin", &Secret::new("48151623").expect("long enough"))
}

fn json_of(value: Value) -> Value {
    let request = Request {
        body: RequestBody::Json(value),
        ..Request::new("POST", Url::parse("http://localhost/").expect("a URL"))
    };
    match super::request("id", &request, &redactor()).body {
        BodyRecord::Json { value, .. } => value,
        other => panic!("{other:?}"),
    }
}

fn answer_body(media: &str, body: impl Into<Bytes>) -> BodyRecord {
    response(&Answer::new(200, vec![("content-type".to_owned(), media.to_owned())], body.into()), &redactor()).body
}

#[test]
fn secrets_are_masked_everywhere() {
    let mut request = Request::new("POST", Url::parse("http://me:pass@localhost/?pin=48151623").expect("a URL"));
    request.headers.push(("x-pin".to_owned(), "48151623".to_owned()));
    request.body =
        RequestBody::Json(json!({ "48151623": [48151623, "is 48151623"], "encoded": STANDARD.encode("48151623") }));
    let exchange = Exchange {
        answer: Err(TransportError { phase: ErrorPhase::Cut, message: "after 48151623".to_owned() }),
        timings: Timings { total: Duration::from_micros(1_234), first_byte: None },
        request_was_sent: true,
    };
    let record = super::exchange("upload", 2, "id-1", &request, &exchange, &redactor());
    let stored = serde_json::to_string(&record).expect("JSON");
    assert!(!stored.contains("48151623") && !stored.contains("pass@"), "{stored}");
    assert_eq!(record.request.url, "http://me:***@localhost/?pin=[secret:pin]");
    assert_eq!(record.error.expect("an error").message, "after [secret:pin]");
    assert_eq!((record.millis, record.first_byte_millis), (1.234, None));
    let answer = Answer::new(200, vec![("x".to_owned(), "48151623".to_owned())], Bytes::from_static(b"pin 48151623"));
    let stored = serde_json::to_string(&response(&answer, &redactor())).expect("JSON");
    assert!(!stored.contains("48151623"), "{stored}");
}

#[test]
fn a_secret_at_the_cut_leaves_no_half() {
    let text = format!("{}48151623 and on {}", "x".repeat(196), "y".repeat(100));
    let cut = json_of(json!(text));
    assert!(!cut.as_str().expect("text").contains("4815"), "{cut}");
    let long = format!("{}48151623{}", "x".repeat((4 << 10) - 4), "y".repeat(100));
    let BodyRecord::Text { text, cut: true, bytes } = answer_body("text/plain", long) else {
        panic!("text that is cut")
    };
    assert!(!text.contains("4815"));
    assert_eq!(bytes, 4200);
}

#[test]
fn long_things_are_cut_and_keep_their_size() {
    assert_eq!(json_of(json!("ä".repeat(200))), json!("ä".repeat(200)));
    assert_eq!(json_of(json!("ä".repeat(201))), json!(format!("{}… (201 characters)", "ä".repeat(200))));
    let array = json_of(json!(vec![1; 51]));
    assert_eq!(array.as_array().map(Vec::len), Some(51));
    assert_eq!(array[50], "… (51 elements)");
    let wide = json_of(json!(vec![vec![1; 50]; 50]));
    let kept: usize = wide.as_array().expect("an array").iter().filter_map(Value::as_array).map(Vec::len).sum();
    assert!(kept < 2_100, "{kept}");
}

#[test]
fn images_are_described() {
    let image = [b"\xff\xd8\xff".as_slice(), &[7; 600]].concat();
    let described = format!("(image/jpeg, 603 bytes, sha256 {}…)", &shorten::sha256(&image)[..12]);
    assert_eq!(json_of(json!({ "image": STANDARD.encode(&image) })), json!({ "image": described }));
    let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(&image));
    assert_eq!(json_of(json!(url)), json!(described));
    let BodyRecord::Binary { media, bytes, sha256 } = answer_body("", image.clone()) else { panic!("binary") };
    assert_eq!((media.as_str(), bytes, sha256), ("image/jpeg", 603, shorten::sha256(&image)));
    let part =
        Part { name: "image".to_owned(), file_name: Some("a.jpg".to_owned()), media: None, bytes: Bytes::from(image) };
    let form = body(&RequestBody::Multipart(vec![part]), &redactor());
    assert_eq!(form, BodyRecord::Text { text: format!("image: a.jpg {described}"), bytes: 603, cut: false });
}

#[test]
fn answers_are_read_as_what_they_are() {
    assert_eq!(answer_body("", ""), BodyRecord::None);
    assert_eq!(answer_body("text/html", "{\"a\": 1}"), BodyRecord::Json { value: json!({ "a": 1 }), bytes: 8 });
    assert_eq!(
        answer_body("text/html", "<html>"),
        BodyRecord::Text { text: "<html>".to_owned(), bytes: 6, cut: false }
    );
    assert!(
        matches!(answer_body("application/zip", "a\0b"), BodyRecord::Binary { media, .. } if media == "application/zip")
    );
}
