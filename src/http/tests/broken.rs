use std::time::Duration;

use tokio::net::TcpListener;
use url::Url;

use super::server::{Behaviour, Server, answer};
use crate::event::{ErrorPhase, TransportError};
use crate::http::{Client, ClientConfig, Exchange, Request};

async fn get(config: ClientConfig, url: Url) -> Exchange {
    let client = Client::new(&config).expect("a client");
    client.send(&Request::new("GET", url)).await
}

/// Sends to a server that behaves in this way; the error and whether something was sent.
async fn failure(behaviour: Behaviour) -> (TransportError, bool) {
    let server = Server::start(behaviour).await;
    let mut config = ClientConfig::new(server.base.clone());
    config.max_response_bytes = 10 << 20;
    let exchange = get(config, server.base.clone()).await;
    let error = exchange.answer.expect_err("no usable answer");
    // The port is another one each time.
    let port = server.base.port().expect("a port").to_string();
    (TransportError { phase: error.phase, message: error.message.replace(&port, "PORT") }, exchange.request_was_sent)
}

#[tokio::test]
async fn a_server_that_closes_at_once_is_a_cut() {
    let (error, sent) = failure(Behaviour::Close).await;
    assert_eq!(error.phase, ErrorPhase::Cut);
    assert!(error.message.starts_with("127.0.0.1:PORT closed the connection before it answered: "), "{error:?}");
    assert!(sent, "the request may have arrived");
}

#[tokio::test]
async fn half_an_answer_is_a_cut_that_tells_how_far_it_came() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":".to_vec();
    let (error, sent) = failure(Behaviour::Say(half)).await;
    assert_eq!(error.phase, ErrorPhase::Cut);
    assert!(error.message.contains("closed the connection after 8 bytes of its body (status 200): "), "{error:?}");
    assert!(sent);
}

#[tokio::test]
async fn half_a_head_is_a_cut() {
    let (error, _) = failure(Behaviour::Say(b"HTTP/1.1 200 OK\r\nconte".to_vec())).await;
    assert_eq!(error.phase, ErrorPhase::Cut, "{error:?}");
}

#[tokio::test]
async fn what_is_not_http_breaks_the_protocol() {
    let (error, _) = failure(Behaviour::Say(b"220 mail.example.org ESMTP\r\n".to_vec())).await;
    assert_eq!(error.phase, ErrorPhase::Protocol);
    assert!(
        error.message.starts_with("127.0.0.1:PORT does not answer as HTTP says: invalid HTTP version"),
        "{error:?}"
    );
    assert!(error.message.ends_with("is it an HTTP server, and is the scheme right?"), "{error:?}");
}

#[tokio::test]
async fn a_broken_chunk_breaks_the_protocol() {
    let said = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n".to_vec();
    let (error, _) = failure(Behaviour::Say(said)).await;
    assert_eq!(error.phase, ErrorPhase::Protocol, "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_not_read() {
    let said = b"HTTP/1.1 200 OK\r\ncontent-length: 10485761\r\n\r\n".to_vec();
    let (error, _) = failure(Behaviour::SayThenSilence(said)).await;
    assert_eq!(
        error.message,
        "the answer of 127.0.0.1:PORT (status 200) is larger than 10485760 bytes, the most that is read of one answer"
    );
    assert_eq!(error.phase, ErrorPhase::Protocol);
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_left() {
    let mut said = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    said.resize(said.len() + (10 << 20) + 1, b'x');
    let (error, _) = failure(Behaviour::Say(said)).await;
    assert!(error.message.contains("larger than 10485760 bytes"), "{error:?}");
}

#[tokio::test]
async fn a_body_of_exactly_the_bound_is_read() {
    let server = Server::start(Behaviour::Say(answer("200 OK", "", b"12345678"))).await;
    let config = ClientConfig { max_response_bytes: 8, ..ClientConfig::new(server.base.clone()) };
    assert_eq!(&get(config, server.base).await.answer.expect("an answer").body[..], b"12345678");
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let server = Server::start(Behaviour::Silence).await;
    let client = Client::new(&ClientConfig::new(server.base.clone())).expect("a client");
    let mut request = Request::new("GET", server.base.clone());
    request.timeout = Some(Duration::from_millis(50));
    let exchange = client.send(&request).await;
    let error = exchange.answer.expect_err("no answer");
    assert_eq!(error.phase, ErrorPhase::Timeout);
    assert!(error.message.contains("within 0.05 s; see whether it hangs, or raise `timeout`"), "{error:?}");
    assert!(exchange.request_was_sent);
    assert_eq!(exchange.timings.first_byte, None);
}

#[tokio::test]
async fn silence_in_the_middle_is_a_timeout_that_tells_how_far_it_came() {
    let said = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec();
    let server = Server::start(Behaviour::SayThenSilence(said)).await;
    // Long enough for the beginning to arrive on a busy machine.
    let config = ClientConfig { timeout: Duration::from_millis(700), ..ClientConfig::new(server.base.clone()) };
    let exchange = get(config, server.base).await;
    let error = exchange.answer.expect_err("no answer");
    assert_eq!(error.phase, ErrorPhase::Timeout);
    assert!(error.message.starts_with("no whole answer from "), "{error:?}");
    assert!(error.message.contains("after 3 bytes of its body (status 200)"), "{error:?}");
    assert!(exchange.timings.first_byte.is_some());
}

#[tokio::test]
async fn a_refused_port_is_an_error_of_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("a URL");
    drop(listener);
    let exchange = get(ClientConfig::new(url.clone()), url).await;
    let error = exchange.answer.expect_err("no answer");
    assert_eq!(error.phase, ErrorPhase::Connect);
    assert!(error.message.contains("refused") && error.message.ends_with("is the port right?"), "{error:?}");
    assert!(!exchange.request_was_sent);
}

#[tokio::test]
async fn an_unknown_host_is_told_by_name() {
    let url = Url::parse("http://flowproof-test.invalid/").expect("a URL");
    let config = ClientConfig { proxy: crate::http::ProxyRule::Never, ..ClientConfig::new(url.clone()) };
    let exchange = get(config, url).await;
    let error = exchange.answer.expect_err("no answer");
    assert_eq!(error.phase, ErrorPhase::Dns);
    assert!(error.message.starts_with("the host `flowproof-test.invalid` was not found: "), "{error:?}");
    assert!(!exchange.request_was_sent);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let location = "location: http://flowproof-test.invalid/elsewhere\r\n";
    let server = Server::start(Behaviour::Say(answer("302 Found", location, b""))).await;
    let exchange = get(ClientConfig::new(server.base.clone()), server.base).await;
    let answer = exchange.answer.expect("the redirect itself");
    assert_eq!((answer.status, answer.header("Location")), (302, Some("http://flowproof-test.invalid/elsewhere")));
}

#[tokio::test]
async fn html_is_an_answer_without_json() {
    let page = b"<html><title>Log in</title></html>";
    let server = Server::start(Behaviour::Say(answer("200 OK", "content-type: text/html\r\n", page))).await;
    let answer = get(ClientConfig::new(server.base.clone()), server.base).await.answer.expect("an answer");
    let message = &answer.json().expect_err("not JSON").message;
    assert!(message.contains("(status 200, text/html) begins with `<html><title>Log in</title></html>`"), "{message}");
}

#[tokio::test]
async fn deep_json_is_an_answer_without_json() {
    let deep = "{\"a\":".repeat(100_000);
    let server = Server::start(Behaviour::Say(answer("200 OK", "", deep.as_bytes()))).await;
    let answer = get(ClientConfig::new(server.base.clone()), server.base).await.answer.expect("an answer");
    assert!(answer.json().expect_err("too deep").message.contains("nested deeper than 128 levels"));
}
