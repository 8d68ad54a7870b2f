use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::server::{Behaviour, answer, read_request};
use crate::event::ErrorPhase;
use crate::http::{Client, ClientConfig, ClientError, Exchange, Pem, Request};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// A certificate for `name` and its key, PEM, in one text.
fn certificate(authority: &Authority, name: &str) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    (certificate.pem() + &key.serialize_pem()).into_bytes()
}

struct Server {
    base: Url,
    /// How many certificates the client showed; `None` if the handshake failed.
    shown: JoinHandle<Option<usize>>,
}

/// A server for one connection that has this certificate and asks for one that `clients` signed.
async fn serve(identity: &[u8], clients: Option<&Authority>) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let chain = CertificateDer::pem_slice_iter(identity).collect::<Result<Vec<_>, _>>().expect("a chain");
    let key = PrivateKeyDer::from_pem_slice(identity).expect("a key");
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).expect("a server")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let shown = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("a connection");
        let mut socket = acceptor.accept(socket).await.ok()?;
        let shown = socket.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
        read_request(&mut socket).await;
        socket.write_all(&answer("200 OK", "", b"{}")).await.ok()?;
        socket.shutdown().await.ok()?;
        Some(shown)
    });
    Server { base: Url::parse(&format!("https://localhost:{port}/")).expect("a URL"), shown }
}

fn pem(name: &str, text: impl Into<Vec<u8>>) -> Pem {
    Pem { name: name.to_owned(), text: text.into() }
}

async fn get(config: &ClientConfig) -> Exchange {
    Client::new(config).expect("a client").send(&Request::new("GET", config.base_url.clone())).await
}

fn config(server: &Server, trusted: &Authority) -> ClientConfig {
    ClientConfig { ca: vec![pem("ca.pem", trusted.pem())], ..ClientConfig::new(server.base.clone()) }
}

#[tokio::test]
async fn a_named_authority_is_trusted() {
    let authority = authority();
    let server = serve(&certificate(&authority, "localhost"), None).await;
    assert_eq!(get(&config(&server, &authority)).await.answer.expect("an answer").status, 200);
    assert_eq!(server.shown.await.expect("no panic"), Some(0));
}

#[tokio::test]
async fn an_unknown_authority_is_an_error_of_tls_that_names_the_setting() {
    let server = serve(&certificate(&authority(), "localhost"), None).await;
    let exchange = get(&config(&server, &authority())).await;
    let error = exchange.answer.expect_err("not trusted");
    assert_eq!(error.phase, ErrorPhase::Tls, "{error:?}");
    assert!(
        error.message.ends_with("is signed by nobody known; name the authority's file under `tls.ca`"),
        "{error:?}"
    );
    assert!(!exchange.request_was_sent);
    assert_eq!(server.shown.await.expect("no panic"), None);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_told() {
    let authority = authority();
    let server = serve(&certificate(&authority, "other.example.org"), None).await;
    let error = get(&config(&server, &authority)).await.answer.expect_err("another host");
    assert_eq!(error.phase, ErrorPhase::Tls);
    assert!(error.message.ends_with("its certificate is for another host; is the base URL right?"), "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_told() {
    let said = Behaviour::SayUnasked(b"HTTP/1.1 400 Bad\r\n\r\n".to_vec());
    let plain = super::server::Server::start(said).await;
    let base = Url::parse(&plain.base.as_str().replace("http:", "https:")).expect("a URL");
    let config = ClientConfig { ca: vec![pem("ca.pem", authority().pem())], ..ClientConfig::new(base) };
    let error = get(&config).await.answer.expect_err("no TLS");
    assert_eq!(error.phase, ErrorPhase::Tls, "{error:?}");
    assert!(error.message.ends_with("it does not speak TLS; should the scheme be `http`?"), "{error:?}");
}

#[tokio::test]
async fn the_certificate_of_the_client_is_shown() {
    let authority = authority();
    let server = serve(&certificate(&authority, "localhost"), Some(&authority)).await;
    let mut config = config(&server, &authority);
    config.client_certificate = Some(pem("me.pem", certificate(&authority, "me")));
    assert_eq!(get(&config).await.answer.expect("an answer").status, 200);
    assert_eq!(server.shown.await.expect("no panic"), Some(1));
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_of_the_client_is_an_error_of_tls() {
    let authority = authority();
    let server = serve(&certificate(&authority, "localhost"), Some(&authority)).await;
    let error = get(&config(&server, &authority)).await.answer.expect_err("no certificate");
    assert_eq!(error.phase, ErrorPhase::Tls, "{error:?}");
    assert!(error.message.ends_with("name one under `tls.client-certificate`"), "{error:?}");
}

#[test]
fn unusable_certificates_are_refused_by_name() {
    let base = Url::parse("https://localhost/").expect("a URL");
    let with_ca = ClientConfig { ca: vec![pem("empty.pem", "no PEM")], ..ClientConfig::new(base.clone()) };
    let error = Client::new(&with_ca).expect_err("no certificate");
    assert_eq!(
        error.to_string(),
        "`empty.pem` under `tls.ca` holds no usable certificate: there is no PEM certificate in it"
    );
    let authority = authority();
    let mut config = ClientConfig { ca: vec![pem("ca.pem", authority.pem())], ..ClientConfig::new(base) };
    config.client_certificate = Some(pem("me.pem", authority.pem()));
    let error = Client::new(&config).expect_err("no key");
    assert!(matches!(&error, ClientError::ClientCertificate { name, .. } if name == "me.pem"), "{error}");
    assert!(error.to_string().contains("both PEM"), "{error}");
}

#[test]
fn plain_http_needs_no_certificates() {
    // Unusable on purpose: they are not even looked at.
    let base = Url::parse("http://localhost/").expect("a URL");
    let config = ClientConfig { ca: vec![pem("empty.pem", "no PEM")], ..ClientConfig::new(base) };
    assert!(Client::new(&config).is_ok());
}
