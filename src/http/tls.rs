use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::config::{ClientConfig, ClientError, Pem};

/// What is spoken over TLS, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// TLS with the authorities of the system and of the configuration.
pub(super) fn trusting(config: &ClientConfig) -> Result<rustls::ClientConfig, ClientError> {
    let mut roots = RootCertStore::empty();
    for pem in &config.ca {
        add(&mut roots, pem)?;
    }
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(ClientError::NoRoots(reason));
    }
    with_roots(roots, config.client_certificate.as_ref())
}

/// TLS that trusts nobody. The HTTP library wants a TLS configuration even for plain connections, and with this one it
/// touches neither the certificates of the machine nor a process-wide crypto provider.
pub(super) fn trusting_nobody() -> Result<rustls::ClientConfig, ClientError> {
    with_roots(RootCertStore::empty(), None)
}

fn with_roots(roots: RootCertStore, identity: Option<&Pem>) -> Result<rustls::ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Refused(error.to_string()))?
        .with_root_certificates(roots);
    let mut tls = match identity {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let fail = |reason: String| ClientError::ClientCertificate { name: pem.name.clone(), reason };
            let chain = certificates(pem).map_err(fail)?;
            let key = PrivateKeyDer::from_pem_slice(&pem.text).map_err(|error| fail(format!("the key: {error}")))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| fail(error.to_string()))?
        }
    };
    tls.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(tls)
}

fn add(roots: &mut RootCertStore, pem: &Pem) -> Result<(), ClientError> {
    let fail = |reason: String| ClientError::Ca { name: pem.name.clone(), reason };
    for certificate in certificates(pem).map_err(fail)? {
        roots.add(certificate).map_err(|error| fail(error.to_string()))?;
    }
    Ok(())
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.text).collect();
    match found {
        Ok(found) if found.is_empty() => Err("there is no PEM certificate in it".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
    }
}
