use std::collections::{BTreeMap, HashMap};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::{Notify, oneshot};
use url::Url;

use super::seat::Seats;
use crate::http::Answer;
use crate::settings::Listening;

/// Most connections at a time; further ones wait.
const MAX_CONNECTIONS: usize = 1_024;
/// Most calls of one scenario that are kept until a step awaits them.
pub(super) const MAX_CALLS: usize = 100;
/// Most bytes of the body of a call.
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// How long the body of a call may take.
const READING: Duration = Duration::from_secs(30);

/// Where calls of the engine come in: a server on a thread of its own, until it is dropped. It keeps calls for scenarios, each of
/// which has a URL of its own, and knows nothing else.
pub struct Listener {
    /// Where the engine finds it, without a closing slash.
    base_url: String,
    boxes: Arc<Boxes>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// The calls of all scenarios that run.
struct Boxes {
    /// The path of the public URL, which whoever passes calls on may leave in or not.
    path: String,
    /// By the first segment of their path.
    all: Mutex<HashMap<String, Arc<Kept>>>,
}

/// The calls of one scenario.
#[derive(Default)]
struct Kept {
    calls: Mutex<Calls>,
    arrived: Notify,
}

#[derive(Default)]
struct Calls {
    /// By their number, which tells the order in which they came.
    waiting: BTreeMap<u64, Arc<Call>>,
    count: u64,
    refused: Refused,
}

/// How many calls of a scenario were not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refused {
    /// Because as many were kept as may be.
    pub beyond: u32,
    /// Because their body was too large.
    pub large: u32,
}

/// A call of the engine.
pub(super) struct Call {
    /// Its number, from 1.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path behind the scenario's URL.
    pub path: String,
    /// The same with the query.
    pub target: String,
    /// What it carries, as an answer carries it.
    pub carried: Answer,
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub fn start(listening: &Listening) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listening.listen)?;
        listener.set_nonblocking(true)?;
        let own = || listener.local_addr().map(|address| format!("http://{address}"));
        let base_url = listening.public_url.as_ref().map(Url::as_str).map_or_else(own, |url| Ok(url.to_owned()))?;
        let base_url = base_url.trim_end_matches('/').to_owned();
        let path = listening.public_url.as_ref().map_or("", Url::path).trim_end_matches('/').to_owned();
        let boxes = Arc::new(Boxes { path, all: Mutex::default() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router(boxes.clone());
        let thread = std::thread::Builder::new().name("listener".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                // Whoever calls now calls nobody.
                tokio::select! {
                    _ = axum::serve(Seats::new(listener, MAX_CONNECTIONS), router) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { base_url, boxes, stop: Some(stop), thread: Some(thread) })
    }

    /// Listens for the calls of an attempt of a scenario, under a URL that nobody can guess, until what is given is dropped.
    pub(super) fn open(&self, world: &str, id: uuid::Uuid) -> Inbox {
        let name = format!("{world}-{}", id.simple());
        let kept = Arc::<Kept>::default();
        self.boxes.lock().insert(name.clone(), kept.clone());
        Inbox { url: format!("{}/{name}", self.base_url), name, boxes: self.boxes.clone(), kept }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // One that panicked has told so already.
            let _ = thread.join();
        }
    }
}

/// Where the calls of one attempt of a scenario come in.
pub(super) struct Inbox {
    /// What the engine is told.
    pub url: String,
    name: String,
    boxes: Arc<Boxes>,
    kept: Arc<Kept>,
}

impl Inbox {
    /// The calls that have come after one of a number, in their order, and that nobody has taken.
    pub fn after(&self, number: u64) -> Vec<Arc<Call>> {
        self.kept.lock().waiting.range(number + 1..).map(|(_, call)| call.clone()).collect()
    }

    /// Takes a call, which nobody else gets then.
    pub fn take(&self, number: u64) {
        self.kept.lock().waiting.remove(&number);
    }

    /// Ready when a call has come since this was last asked.
    pub async fn arrived(&self) {
        self.kept.arrived.notified().await;
    }

    /// What was not kept.
    pub fn refused(&self) -> Refused {
        self.kept.lock().refused
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.boxes.lock().remove(&self.name);
    }
}

impl Boxes {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Kept>>> {
        // A thread that panicked while it held the lock left a sound value behind.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom a call is for, and its path there.
    fn find<'p>(&self, path: &'p str) -> Option<(Arc<Kept>, &'p str)> {
        let within = path.strip_prefix(&self.path).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        [within, path].into_iter().find_map(|path| {
            let inner = path.strip_prefix('/')?;
            let name = inner.split('/').next().unwrap_or_default();
            Some((self.lock().get(name)?.clone(), &inner[name.len()..]))
        })
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a call where there is no room for it.
    fn admit(&self) -> Result<(), StatusCode> {
        let mut calls = self.lock();
        if calls.waiting.len() < MAX_CALLS {
            return Ok(());
        }
        calls.refused.beyond += 1;
        Err(StatusCode::TOO_MANY_REQUESTS)
    }

    fn keep(&self, call: impl FnOnce(u64) -> Call) {
        let mut calls = self.lock();
        calls.count += 1;
        let number = calls.count;
        calls.waiting.insert(number, Arc::new(call(number)));
        drop(calls);
        self.arrived.notify_one();
    }
}

fn router(boxes: Arc<Boxes>) -> Router {
    Router::new().fallback(move |request: Request| {
        let boxes = boxes.clone();
        async move { receive(&boxes, request).await.unwrap_or_else(|refused| refused) }
    })
}

/// Keeps a call.
///
/// # Errors
/// The status of one that is not kept.
async fn receive(boxes: &Boxes, request: Request) -> Result<StatusCode, StatusCode> {
    let (head, body) = request.into_parts();
    let (kept, path) = boxes.find(head.uri.path()).ok_or(StatusCode::NOT_FOUND)?;
    kept.admit()?;
    let read = tokio::time::timeout(READING, read(body)).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT));
    let body = read.inspect_err(|status| {
        if *status == StatusCode::PAYLOAD_TOO_LARGE {
            kept.lock().refused.large += 1;
        }
    })?;
    // Others may have come meanwhile.
    kept.admit()?;
    let headers = head.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers: Vec<_> = headers.collect();
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    kept.keep(|number| Call {
        number,
        method: head.method.to_string(),
        path: path.to_owned(),
        target: format!("{path}{query}"),
        carried: Answer::new(StatusCode::OK.as_u16(), headers, body),
    });
    Ok(StatusCode::NO_CONTENT)
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let (mut parts, mut whole) = (body.into_data_stream(), BytesMut::new());
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
        if whole.len() + part.len() > MAX_BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}
