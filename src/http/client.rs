use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::BytesMut;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::{Form, Part as FormPart};
use url::Url;

use super::answer::{Answer, Exchange, Timings};
use super::config::{ClientConfig, ClientError, ProxyRule, is_loopback, setting};
use super::failure::{Reached, explain, may_have_been_sent, place};
use super::request::{Part, Request, RequestBody};
use super::tls;
use crate::event::{ErrorPhase, TransportError};

/// Sends requests and keeps the connections for the next ones. Cheap to clone; clones share the connections.
///
/// The connections live on the runtime that made them: one client per runtime (see [`Client::with_own_connections`]).
#[derive(Clone, Debug)]
pub struct Client {
    config: Arc<ClientConfig>,
    plain: Routes,
    // Made with the first `https` URL at the latest, so that plain HTTP works on a machine without certificates.
    secure: Arc<OnceLock<Result<Secure, ClientError>>>,
}

#[derive(Clone, Debug)]
struct Secure {
    tls: rustls::ClientConfig,
    routes: Routes,
}

/// The two ways to a server.
#[derive(Clone, Debug)]
struct Routes {
    direct: reqwest::Client,
    proxied: Option<reqwest::Client>,
}

impl Client {
    /// A client. Certificates are read here if the base URL is `https`, and else with the first `https` URL.
    pub fn new(config: &ClientConfig) -> Result<Self, ClientError> {
        let plain = Routes::new(config, tls::trusting_nobody()?)?;
        let client = Self { config: Arc::new(config.clone()), plain, secure: Arc::default() };
        if config.base_url.scheme() == "https" {
            client.secure()?;
        }
        Ok(client)
    }

    /// A client with the same configuration and certificates and with connections of its own, for another runtime.
    pub fn with_own_connections(&self) -> Result<Self, ClientError> {
        let plain = Routes::new(&self.config, tls::trusting_nobody()?)?;
        let secure = Arc::<OnceLock<_>>::default();
        if let Some(Ok(Secure { tls, .. })) = self.secure.get() {
            let routes = Routes::new(&self.config, tls.clone())?;
            secure.get_or_init(|| Ok(Secure { tls: tls.clone(), routes }));
        }
        Ok(Self { config: Arc::clone(&self.config), plain, secure })
    }

    /// What this client may do.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Sends `request` once and reads the whole answer. Every status is an answer, redirects included: none is followed.
    pub async fn send(&self, request: &Request) -> Exchange {
        let started = Instant::now();
        let timeout = request.timeout.unwrap_or(self.config.timeout);
        let mut timings = Timings::default();
        let mut done = |answer, first_byte: Option<Instant>, request_was_sent| {
            timings.total = started.elapsed();
            timings.first_byte = first_byte.map(|at| at.duration_since(started));
            Exchange { answer, timings, request_was_sent }
        };
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared.timeout(timeout),
            Err(error) => return done(Err(error), None, false),
        };
        let mut response = match prepared.send().await {
            Ok(response) => response,
            Err(error) => {
                let sent = may_have_been_sent(&error);
                return done(Err(explain(&error, &request.url, timeout, Reached::Nothing)), None, sent);
            }
        };
        let first_byte = Some(Instant::now());
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let max = self.config.max_response_bytes;
        if response.content_length().is_some_and(|announced| announced > max) {
            return done(Err(self.too_large(&request.url, status)), first_byte, true);
        }
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() as u64 + chunk.len() as u64 > max => {
                    return done(Err(self.too_large(&request.url, status)), first_byte, true);
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return done(Ok(Answer::new(status, headers, body.freeze())), first_byte, true),
                Err(error) => {
                    let reached = Reached::Head { status, bytes: body.len() as u64 };
                    return done(Err(explain(&error, &request.url, timeout, reached)), first_byte, true);
                }
            }
        }
    }

    fn too_large(&self, url: &Url, status: u16) -> TransportError {
        TransportError {
            phase: ErrorPhase::Protocol,
            message: format!(
                "the answer of {} (status {status}) is larger than {} bytes, the most that is read of one answer",
                place(url),
                self.config.max_response_bytes
            ),
        }
    }

    fn prepare(&self, request: &Request) -> Result<reqwest::RequestBuilder, TransportError> {
        let refuse = |message: String| TransportError { phase: ErrorPhase::Request, message };
        let url = &request.url;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(format!("the scheme of `{url}` is neither `http` nor `https`")));
        }
        if !self.config.allows(url) {
            let host = url.host_str().unwrap_or_default();
            let setting = setting::ALLOWED_HOSTS;
            return Err(refuse(format!(
                "nothing was sent to `{host}`: it is not the target's host; add it to `{setting}` of the target if it may be"
            )));
        }
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| refuse(format!("`{}` is not an HTTP method", request.method)))?;
        let headers = headers(&request.headers).map_err(refuse)?;
        let has_type = headers.contains_key(CONTENT_TYPE);
        let mut builder = self.route(url)?.request(method, url.clone()).headers(headers);
        match &request.body {
            RequestBody::None => {}
            RequestBody::Json(value) => {
                if !has_type {
                    builder = builder.header(CONTENT_TYPE, "application/json");
                }
                builder = builder.body(value.to_string());
            }
            RequestBody::Bytes { media, bytes } => {
                if !has_type {
                    builder = builder.header(CONTENT_TYPE, media);
                }
                builder = builder.body(bytes.clone());
            }
            RequestBody::Multipart(parts) => builder = builder.multipart(form(parts).map_err(refuse)?),
        }
        Ok(builder)
    }

    fn route(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        let routes = match url.scheme() {
            "https" => self.secure().map_err(|error| TransportError {
                phase: ErrorPhase::Request,
                message: format!("nothing was sent to {}: {error}", place(url)),
            })?,
            _ => &self.plain,
        };
        Ok(match &routes.proxied {
            Some(proxied) if !is_loopback(url) => proxied,
            _ => &routes.direct,
        })
    }

    fn secure(&self) -> Result<&Routes, ClientError> {
        let made = self.secure.get_or_init(|| {
            let tls = tls::trusting(&self.config)?;
            let routes = Routes::new(&self.config, tls.clone())?;
            Ok(Secure { tls, routes })
        });
        made.as_ref().map(|secure| &secure.routes).map_err(Clone::clone)
    }
}

impl Routes {
    fn new(config: &ClientConfig, tls: rustls::ClientConfig) -> Result<Self, ClientError> {
        let refused = |error: reqwest::Error| ClientError::Refused(error.to_string());
        let basis = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                // The library would repeat requests that a server refused at the level of HTTP/2.
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(config.connect_timeout)
                .user_agent(&config.user_agent)
        };
        let direct = basis().no_proxy().build().map_err(refused)?;
        let proxied = match &config.proxy {
            ProxyRule::Never => None,
            ProxyRule::System => Some(basis().build().map_err(refused)?),
            ProxyRule::Through { url, except } => {
                let proxy = reqwest::Proxy::all(url.clone()).map_err(|_| ClientError::Proxy(place(url)))?;
                let proxy = proxy.no_proxy(reqwest::NoProxy::from_string(except));
                Some(basis().no_proxy().proxy(proxy).build().map_err(refused)?)
            }
        };
        Ok(Self { direct, proxied })
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::with_capacity(given.len());
    for (name, value) in given {
        let known = HeaderName::from_bytes(name.as_bytes());
        let known = known.map_err(|_| format!("`{name}` is not a name that a header may have"))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of the header `{name}` holds a line break or another control character"))?;
        headers.append(known, value);
    }
    Ok(headers)
}

fn form(parts: &[Part]) -> Result<Form, String> {
    parts.iter().try_fold(Form::new(), |form, part| {
        let mut built = FormPart::stream_with_length(part.bytes.clone(), part.bytes.len() as u64);
        if let Some(name) = &part.file_name {
            built = built.file_name(name.clone());
        }
        if let Some(media) = &part.media {
            built = built.mime_str(media).map_err(|_| format!("`{media}` is not a media type"))?;
        }
        Ok(form.part(part.name.clone(), built))
    })
}
