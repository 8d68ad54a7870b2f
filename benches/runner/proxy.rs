//! Stands between flowproof and the simulator and keeps what is said.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A request and its answer, byte for byte.
#[derive(Clone, Debug)]
pub struct Heard {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub status: u16,
    pub answer: Bytes,
}

/// A running proxy.
pub struct Proxy {
    base_url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

#[derive(Clone)]
struct Behind {
    base_url: String,
    client: reqwest::Client,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub fn start(server: &str) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let behind = Behind {
            base_url: server.to_owned(),
            client: crate::connection::reqwest_client(),
            heard: Arc::clone(&heard),
        };
        let (ready, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                ready.send(listener.local_addr().expect("an address")).expect("somebody waits");
                let router = Router::new().fallback(pass).with_state(behind);
                let serving = std::future::IntoFuture::into_future(axum::serve(listener, router));
                tokio::select! {
                    served = serving => served.expect("the proxy serves"),
                    _ = stopped => {}
                }
            });
        });
        let base_url = format!("http://{}", address.recv().expect("the proxy starts"));
        Self { base_url, heard, stop, thread }
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Ends it and gives what was heard, in order.
    pub fn stop(self) -> Vec<Heard> {
        let _ = self.stop.send(());
        self.thread.join().expect("the proxy ends");
        std::mem::take(&mut *self.heard.lock().expect("nobody panicked"))
    }
}

/// Headers that are about one connection.
const OF_THE_CONNECTION: [&str; 5] = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"];

async fn pass(State(behind): State<Behind>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole body");
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let host = head.headers.get("host").and_then(|host| host.to_str().ok()).map(|host| ("host", host));
    let mut forwarded = behind.client.request(head.method.clone(), format!("{}{target}", behind.base_url));
    // The simulator gives URLs of itself by the host that was asked; they must lead through here again.
    for (name, value) in headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(host) {
        forwarded = forwarded.header(name, value);
    }
    let answered = forwarded.body(body.clone()).send().await.expect("the simulator answers");
    let status = answered.status();
    let media = answered.headers().get("content-type").cloned();
    let answer = answered.bytes().await.expect("a whole answer");
    behind.heard.lock().expect("nobody panicked").push(Heard {
        method: head.method.to_string(),
        target,
        headers,
        body,
        status: status.as_u16(),
        answer: answer.clone(),
    });
    let mut response = Response::new(Body::from(answer));
    *response.status_mut() = status;
    if let Some(media) = media {
        response.headers_mut().insert("content-type", media);
    }
    response
}
