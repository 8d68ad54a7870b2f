use bytes::Bytes;
use serde_json::json;
use url::Url;

use super::server::{Behaviour, Server, answer};
use crate::event::ErrorPhase;
use crate::http::{Client, ClientConfig, Part, ProxyRule, Request, RequestBody};

/// What arrives at a server when `request` is sent to it.
async fn arrives(change: impl FnOnce(&mut Request)) -> String {
    let server = Server::start(Behaviour::Say(answer("200 OK", "", b"{}"))).await;
    let client = Client::new(&ClientConfig::new(server.base.clone())).expect("a client");
    let mut request = Request::new("POST", server.base.join("v1/x?q=1").expect("a URL"));
    change(&mut request);
    client.send(&request).await.answer.expect("an answer");
    String::from_utf8_lossy(&server.request.await.expect("a request")).into_owned()
}

#[tokio::test]
async fn json_headers_and_query_arrive() {
    let arrived = arrives(|request| {
        request.headers.push(("X-Flowproof-Id".to_owned(), "7".to_owned()));
        request.body = RequestBody::Json(json!({ "a": "ä" }));
    })
    .await;
    assert!(arrived.starts_with("POST /v1/x?q=1 HTTP/1.1\r\n"), "{arrived}");
    assert!(arrived.contains("x-flowproof-id: 7\r\n"), "{arrived}");
    assert!(arrived.contains("content-type: application/json\r\n"), "{arrived}");
    assert!(arrived.contains(concat!("user-agent: flowproof/", env!("CARGO_PKG_VERSION"), "\r\n")), "{arrived}");
    assert!(arrived.ends_with("\r\n\r\n{\"a\":\"ä\"}"), "{arrived}");
}

#[tokio::test]
async fn a_content_type_of_the_request_wins() {
    let arrived = arrives(|request| {
        request.headers.push(("content-type".to_owned(), "application/vnd.x+json".to_owned()));
        request.body = RequestBody::Json(json!([1]));
    })
    .await;
    assert_eq!(arrived.matches("content-type").count(), 1, "{arrived}");
    assert!(arrived.contains("content-type: application/vnd.x+json\r\n"), "{arrived}");
}

#[tokio::test]
async fn forms_arrive_with_their_files() {
    let part = |name: &str, file: Option<&str>, media: Option<&str>, bytes: &'static [u8]| Part {
        name: name.to_owned(),
        file_name: file.map(str::to_owned),
        media: media.map(str::to_owned),
        bytes: Bytes::from_static(bytes),
    };
    let parts = vec![
        part("kind", None, None, b"face"),
        part("image", Some("clear.jpg"), Some("image/jpeg"), b"\xff\xd8\xff pixels"),
    ];
    let arrived = arrives(|request| request.body = RequestBody::Multipart(parts)).await;
    assert!(arrived.contains("content-type: multipart/form-data; boundary="), "{arrived}");
    assert!(arrived.contains("name=\"kind\"\r\n\r\nface\r\n"), "{arrived}");
    assert!(
        arrived.contains("name=\"image\"; filename=\"clear.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"),
        "{arrived}"
    );
    assert!(arrived.contains(" pixels"), "{arrived}");
}

/// What refuses a request before anything is sent.
async fn refusal(change: impl FnOnce(&mut Request)) -> String {
    let base = Url::parse("http://127.0.0.1:9/").expect("a URL");
    let client = Client::new(&ClientConfig::new(base.clone())).expect("a client");
    let mut request = Request::new("GET", base);
    change(&mut request);
    let exchange = client.send(&request).await;
    let error = exchange.answer.expect_err("refused");
    assert_eq!(error.phase, ErrorPhase::Request, "{error:?}");
    assert!(!exchange.request_was_sent);
    error.message
}

#[tokio::test]
async fn what_must_not_or_cannot_be_sent_is_refused() {
    let url = |text: &str| Url::parse(text).expect("a URL");
    assert_eq!(
        refusal(|request| request.url = url("http://evil.example.net/x")).await,
        "nothing was sent to `evil.example.net`: it is not the target's host; add it to `allowed-hosts` of the target \
         if it may be"
    );
    assert_eq!(
        refusal(|request| request.url = url("ftp://127.0.0.1/x")).await,
        "the scheme of `ftp://127.0.0.1/x` is neither `http` nor `https`"
    );
    assert_eq!(refusal(|request| request.method = "GE T".to_owned()).await, "`GE T` is not an HTTP method");
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(
        refusal(|request| request.headers = header("a b", "")).await,
        "`a b` is not a name that a header may have"
    );
    assert!(refusal(|request| request.headers = header("a", "1\r\nb: 2")).await.contains("holds a line break"));
}

#[tokio::test]
async fn an_answer_comes_with_its_times_and_headers() {
    let server = Server::start(Behaviour::Say(answer("201 Created", "X-Two: a\r\nx-two: b\r\n", b"[1]"))).await;
    let client = Client::new(&ClientConfig::new(server.base.clone())).expect("a client");
    let exchange = client.send(&Request::new("GET", server.base)).await;
    let answer = exchange.answer.expect("an answer");
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json().map(|body| &**body), Ok(&json!([1])));
    let two: Vec<_> =
        answer.headers.iter().filter(|(name, _)| name == "x-two").map(|(_, value)| value.as_str()).collect();
    assert_eq!(two, ["a", "b"]);
    assert!(exchange.timings.first_byte.expect("a head") <= exchange.timings.total);
}

#[tokio::test]
async fn a_proxy_never_sees_loopback() {
    let server = Server::start(Behaviour::Say(answer("200 OK", "", b"{}"))).await;
    // Nothing listens at the discard port, so that a request through this proxy could only fail.
    let proxy = ProxyRule::Through { url: Url::parse("http://127.0.0.1:9/").expect("a URL"), except: String::new() };
    let config = ClientConfig { proxy, ..ClientConfig::new(server.base.clone()) };
    let client = Client::new(&config).expect("a client").with_own_connections().expect("another");
    assert_eq!(client.send(&Request::new("GET", server.base)).await.answer.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_proxy_sees_everything_else() {
    let proxy = Server::start(Behaviour::Say(answer("203 Through", "", b"{}"))).await;
    let url = Url::parse("http://flowproof-test.invalid/x").expect("a URL");
    let rule = ProxyRule::Through { url: proxy.base, except: String::new() };
    let config = ClientConfig { proxy: rule, ..ClientConfig::new(url.clone()) };
    let exchange = Client::new(&config).expect("a client").send(&Request::new("GET", url)).await;
    assert_eq!(exchange.answer.expect("an answer").status, 203);
    let arrived = proxy.request.await.expect("a request");
    assert!(arrived.starts_with(b"GET http://flowproof-test.invalid/x HTTP/1.1\r\n"));
}
