use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::*;
use crate::redact::Secret;

fn redactor() -> Redactor {
    Redactor::new().with("api-token", &Secret::new("tok3n+value").expect("long enough"))
}

fn post(body: RequestBody) -> Request {
    Request { body, ..Request::new("POST", Url::parse("https://api.example.org/v1/x").expect("a URL")) }
}

fn curl(request: &Request) -> String {
    line(request, request.url.as_str(), &redactor())
}

fn file(path: &str, bytes: &[u8]) -> SentFile {
    SentFile { path: path.to_owned(), sha256: shorten::sha256(bytes) }
}

#[test]
fn a_plain_request_is_a_plain_line() {
    let request = Request::new("GET", Url::parse("https://api.example.org/v1/x").expect("a URL"));
    assert_eq!(curl(&request), "curl https://api.example.org/v1/x");
    let request = Request::new("DELETE", Url::parse("https://api.example.org/v1?a=[1]&b=2").expect("a URL"));
    assert_eq!(curl(&request), "curl -X DELETE -g 'https://api.example.org/v1?a=[1]&b=2'");
}

#[test]
fn secrets_are_environment_names() {
    let mut request = post(RequestBody::Json(json!({ "name": "O'Hara", "key": "tok3n+value" })));
    request.headers.push(("authorization".to_owned(), "Bearer tok3n+value".to_owned()));
    request.headers.push(("x-empty".to_owned(), String::new()));
    assert_eq!(
        curl(&request),
        r#"curl -X POST https://api.example.org/v1/x -H 'authorization: Bearer '"$FLOWPROOF_API_TOKEN" -H 'x-empty;' -H 'content-type: application/json' --data-raw '{"name":"O'\''Hara","key":"'"$FLOWPROOF_API_TOKEN"'"}'"#
    );
}

#[test]
fn files_stand_by_path() {
    let image = [b"\xff\xd8\xff".as_slice(), &[7; 600]].concat();
    let encoded = STANDARD.encode(&image);
    let files = vec![file("faces/o'clear.jpg", &image)];
    let request = Request { files: files.clone(), ..post(RequestBody::Json(json!({ "image": encoded, "n": [] }))) };
    assert!(
        curl(&request)
            .ends_with(r#"--data-raw '{"image":"'"$(base64 < 'faces/o'\''clear.jpg' | tr -d '\n')"'","n":[]}'"#),
        "{}",
        curl(&request)
    );
    let bytes = Bytes::from(image.clone());
    let body = RequestBody::Bytes { media: "image/jpeg".to_owned(), bytes: bytes.clone() };
    let request = Request { files: files.clone(), ..post(body) };
    assert!(curl(&request).ends_with(r"-H 'content-type: image/jpeg' --data-binary '@faces/o'\''clear.jpg'"));
    let part = |name: &str, file_name: Option<&str>, media: Option<&str>, bytes: Bytes| Part {
        name: name.to_owned(),
        file_name: file_name.map(str::to_owned),
        media: media.map(str::to_owned),
        bytes,
    };
    let parts = vec![
        part("kind", None, None, Bytes::from_static(b"face @1")),
        part("image", Some("a;b.jpg"), Some("image/jpeg"), bytes),
        part("other", None, None, Bytes::from_static(b"\xff\x00")),
    ];
    let request = Request { files, ..post(RequestBody::Multipart(parts)) };
    assert!(
        curl(&request).ends_with(
            r#"--form-string 'kind=face @1' -F 'image=@faces/o'\''clear.jpg;type=image/jpeg;filename="a;b.jpg"' -F 'other=@part.bin' # the body is not whole here"#
        ),
        "{}",
        curl(&request)
    );
}

#[test]
fn a_long_body_is_cut_and_says_so() {
    let request = post(RequestBody::Json(json!({ "text": "x".repeat(100_000) })));
    let line = curl(&request);
    assert!(line.len() < 1_000, "{}", line.len());
    assert!(line.ends_with("… (100000 characters)\"}' # the body is not whole here"), "{line}");
}

#[test]
fn what_only_looks_like_a_secret_stays_text() {
    assert_eq!(next_secret("a [secret:] [secret:x y] [secret:é]"), None);
    assert_eq!(next_secret("a [secret:$(x)][secret:b.c] d"), Some(("a [secret:$(x)]", "b.c", " d")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A shell reads the word as the text it was made from, whatever is in it.
    #[test]
    fn a_shell_reads_what_was_quoted(text in "[^\0]{0,40}") {
        let word = Words::of(&text, &Redactor::new()).to_string();
        let output = Command::new("sh").arg("-c").arg(format!("printf %s {word}")).output().expect("a shell");
        prop_assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    }
}
