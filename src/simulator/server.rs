use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::bound::{MAX_BODY_BYTES, MAX_WORLDS};
use super::control::{self, Controlled, WORLD_HEADER};
use super::log::Closing;
use super::setup::{Setup, SimulatorConfig};
use super::{Reason, World, body};
use crate::catalogue::{WireAnswer, WireRequest};
use crate::script::{FaultKind, Faults};

/// A process engine that is none: worlds behind HTTP.
#[derive(Debug)]
pub struct Simulator {
    setup: Arc<Setup>,
    /// Locked to find a world, never while one works.
    worlds: Mutex<HashMap<String, Arc<Mutex<World>>>>,
}

impl Simulator {
    /// A simulator without worlds.
    pub fn new(config: SimulatorConfig) -> Self {
        Self { setup: Arc::new(Setup::new(config)), worlds: Mutex::default() }
    }

    /// Serves until `shutdown` is ready, then lets open requests finish.
    ///
    /// # Errors
    /// The listener has no address.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let local = listener.local_addr()?;
        // Answers are small and waited for: without this, each would wait for an acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = Router::new().fallback(move |request: Request| {
            let simulator = Arc::clone(&self);
            async move { simulator.answer(local, request).await }
        });
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }

    async fn answer(&self, local: SocketAddr, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let header = |name: &str| head.headers.get(name).map(HeaderValue::as_bytes);
        let world = match control::world_id(header(WORLD_HEADER)) {
            Ok(world) => world,
            Err(refused) => return controlled(refused),
        };
        let path = head.uri.path();
        let body = axum::body::to_bytes(body, MAX_BODY_BYTES).await;
        if control::is_control(path) {
            return controlled(match body {
                Ok(text) => control::answer(self, world, &head.method, path, &text),
                Err(_) => control::problem(StatusCode::PAYLOAD_TOO_LARGE, too_large()),
            });
        }
        let Ok(body) = body else { return self.refuse(Reason::TooLarge, &too_large()) };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let content_type = header(CONTENT_TYPE.as_str()).map(text);
        let body = match body::read(content_type.as_deref(), body).await {
            Ok(body) => body,
            Err(problem) => return self.refuse(Reason::Invalid, &problem),
        };
        let host = header(HOST.as_str()).map_or_else(|| local.to_string(), text);
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        let request = WireRequest {
            method: head.method.to_string(),
            url: head.uri.path_and_query().map_or(path, |whole| whole.as_str()).to_owned(),
            headers: headers.collect(),
            body,
        };
        let fault = match &self.setup.config.faults {
            None => None,
            Some(faults) => {
                if !faults.delay.is_zero() {
                    tokio::time::sleep(faults.delay).await;
                }
                match self.with(world, World::next_fault) {
                    Ok(Some(FaultKind::Unavailable)) => return unavailable(faults),
                    Ok(Some(FaultKind::Cut { worked: false })) => return cut(),
                    Ok(fault) => fault,
                    Err(refused) => return controlled(refused),
                }
            }
        };
        match self.with(world, |world| world.handle(&request, &format!("http://{host}"))) {
            Ok(_) if fault.is_some() => cut(),
            Ok(answer) => written(answer),
            Err(refused) => controlled(refused),
        }
    }

    /// Does something with a world, which begins to exist if it did not.
    ///
    /// # Errors
    /// There are too many worlds.
    pub(super) fn with<T>(&self, id: &str, work: impl FnOnce(&mut World) -> T) -> Result<T, Controlled> {
        let world = {
            let mut worlds = self.worlds();
            let count = worlds.len();
            match worlds.get(id) {
                Some(world) => Arc::clone(world),
                None if count >= MAX_WORLDS => {
                    let what = format!("{MAX_WORLDS} worlds are open, which is the bound; close those that are done");
                    return Err(control::problem(StatusCode::SERVICE_UNAVAILABLE, what));
                }
                None => {
                    let world = Arc::new(Mutex::new(World::new(id, Arc::clone(&self.setup))));
                    worlds.insert(id.to_owned(), Arc::clone(&world));
                    world
                }
            }
        };
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&mut world))
    }

    /// Opens a world without a request, as its first request would.
    ///
    /// # Errors
    /// There are too many worlds; one sentence.
    pub fn open(&self, id: &str) -> Result<(), String> {
        self.with(id, |_| ()).map_err(|(_, problem)| problem["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Forgets what was uploaded to a world, which worlds below it see until then.
    pub fn forget_definitions(&self, id: &str) {
        self.setup.shelves.clear(id);
    }

    /// Ends a world and tells what became of it; of one that does not exist, nothing. What was uploaded to it stays until it is
    /// forgotten.
    pub fn close(&self, id: &str) -> Closing {
        let world = self.worlds().remove(id);
        world.map_or_else(Closing::default, |world| world.lock().unwrap_or_else(PoisonError::into_inner).close())
    }

    /// How many worlds are open.
    pub fn open_worlds(&self) -> usize {
        self.worlds().len()
    }

    fn worlds(&self) -> MutexGuard<'_, HashMap<String, Arc<Mutex<World>>>> {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn handshake(&self) -> Value {
        json!({
            "flowproof": "simulator",
            "version": control::VERSION,
            "faults": self.setup.config.faults.is_some(),
            "catalogue": self.setup.catalogue().name.value,
            "processes": self.setup.programs.iter().map(|program| &program.name).collect::<Vec<_>>(),
        })
    }

    fn refuse(&self, reason: Reason, detail: &str) -> Response {
        written(self.setup.catalogue().wire.write_refusal(reason.name(), Some(detail)))
    }
}

/// What a gateway says whose engine is away.
fn unavailable(faults: &Faults) -> Response {
    let mut response = Response::new(Body::from("the service is not available"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(RETRY_AFTER, HeaderValue::from(faults.retry_after.as_secs_f64().ceil() as u64));
    response
}

/// An answer that breaks the connection in the place of its body.
fn cut() -> Response {
    let broken = std::iter::once(Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)));
    Response::new(Body::from_stream(futures_util::stream::iter(broken)))
}

fn too_large() -> String {
    format!("a body has {MAX_BODY_BYTES} bytes at most")
}

fn written(answer: WireAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match &answer.media {
        None => response(status, answer.body.as_ref()),
        Some(media) => {
            let text = answer.body.as_ref().and_then(Value::as_str).unwrap_or_default();
            let mut response = Response::new(Body::from(text.to_owned()));
            *response.status_mut() = status;
            response.headers_mut().extend(HeaderValue::from_str(media).ok().map(|media| (CONTENT_TYPE, media)));
            response
        }
    };
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<axum::http::HeaderName>(), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn controlled((status, body): Controlled) -> Response {
    response(status, Some(&body))
}

fn response(status: StatusCode, body: Option<&Value>) -> Response {
    let text = body.map(Value::to_string);
    let json = text.is_some();
    let mut response = Response::new(text.map_or_else(Body::empty, Body::from));
    *response.status_mut() = status;
    if json {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
