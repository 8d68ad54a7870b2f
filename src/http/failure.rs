use std::error::Error;
use std::io;
use std::time::Duration;

use url::Url;

use super::config::setting;
use crate::event::{ErrorPhase, TransportError};

/// `host:port` of a URL, as it is told to people.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// How far an exchange had come when it broke.
#[derive(Clone, Copy)]
pub(super) enum Reached {
    Nothing,
    /// The head of the answer, with its status and the bytes of the body that had come.
    Head {
        status: u16,
        bytes: u64,
    },
}

/// Whether a byte of the request may have left before `error`.
pub(super) fn may_have_been_sent(error: &reqwest::Error) -> bool {
    !(error.is_builder() || error.is_connect() || error.is_dns())
}

/// Tells apart what the HTTP library tells in one type: which part of the exchange broke, and what to do about it.
pub(super) fn explain(error: &reqwest::Error, url: &Url, timeout: Duration, reached: Reached) -> TransportError {
    let place = place(url);
    let chain = Chain::of(error);
    let reason = chain.innermost();
    let so_far = match reached {
        Reached::Nothing => String::new(),
        Reached::Head { status, bytes } => format!(" after {bytes} bytes of its body (status {status})"),
    };
    let (phase, message) = if error.is_builder() {
        (ErrorPhase::Request, format!("the request to {place} cannot be built: {reason}"))
    } else if error.is_dns() {
        let host = url.host_str().unwrap_or_default();
        (
            ErrorPhase::Dns,
            format!("the host `{host}` was not found: {reason}; is the name right, and does this network know it?"),
        )
    } else if let Some(tls) = chain.find::<rustls::Error>() {
        (ErrorPhase::Tls, format!("the TLS handshake with {place} failed: {}", tls_reason(tls)))
    } else if error.is_connect() {
        let message = if error.is_timeout() {
            format!("no connection to {place} in time; is it up, and is it reachable from this network?")
        } else {
            format!("no connection to {place}: {reason}; is it up, and is the port right?")
        };
        (ErrorPhase::Connect, message)
    } else if error.is_timeout() {
        let seconds = timeout.as_secs_f64();
        let what = match reached {
            Reached::Nothing => "no answer from".to_owned(),
            Reached::Head { .. } => "no whole answer from".to_owned(),
        };
        (
            ErrorPhase::Timeout,
            format!("{what} {place} within {seconds} s{so_far}; see whether it hangs, or raise `{}`", setting::TIMEOUT),
        )
    } else if chain.breaks_protocol() {
        (
            ErrorPhase::Protocol,
            format!(
                "{place} does not answer as HTTP says{so_far}: {reason}; is it an HTTP server, and is the scheme right?"
            ),
        )
    } else {
        let before = if so_far.is_empty() { " before it answered".to_owned() } else { so_far };
        (
            ErrorPhase::Cut,
            format!("{place} closed the connection{before}: {reason}; its log or a proxy in between should say why"),
        )
    };
    TransportError { phase, message }
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error};
    match error {
        // A signature is bad where another authority of the same name is known.
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            format!("its certificate is signed by nobody known; name the authority's file under `{}`", setting::CA)
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another host; is the base URL right?".to_owned(),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        Error::AlertReceived(alert) => format!(
            "it refused with {alert:?}; if it asks for a client's certificate, name one under `{}`",
            setting::CLIENT_CERTIFICATE
        ),
        Error::InvalidMessage(_) => "it does not speak TLS; should the scheme be `http`?".to_owned(),
        other => other.to_string(),
    }
}

/// An error and everything that it names as its cause.
struct Chain<'a>(Vec<&'a (dyn Error + 'static)>);

impl<'a> Chain<'a> {
    /// Causes beyond this many are not looked at.
    const MAX: usize = 32;

    fn of(error: &'a (dyn Error + 'static)) -> Self {
        let mut links = vec![error];
        while let (Some(last), true) = (links.last().copied(), links.len() < Self::MAX) {
            // `io::Error` does not name the error that it wraps as its source, but the source of that.
            let wrapped = last.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            match wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| last.source()) {
                Some(cause) => links.push(cause),
                None => break,
            }
        }
        Self(links)
    }

    fn find<E: Error + 'static>(&self) -> Option<&'a E> {
        self.0.iter().find_map(|link| link.downcast_ref::<E>())
    }

    fn innermost(&self) -> String {
        self.0.last().map(ToString::to_string).unwrap_or_default()
    }

    fn breaks_protocol(&self) -> bool {
        let malformed = self.0.iter().any(|link| {
            link.downcast_ref::<io::Error>()
                .is_some_and(|io| matches!(io.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
        });
        malformed || self.find::<hyper::Error>().is_some_and(hyper::Error::is_parse)
    }
}
