use std::time::Duration;

use url::{Host, Url};

/// The names of the settings that messages point at, as they are written for a target.
pub(super) mod setting {
    pub const ALLOWED_HOSTS: &str = "allowed-hosts";
    pub const CA: &str = "tls.ca";
    pub const CLIENT_CERTIFICATE: &str = "tls.client-certificate";
    pub const PROXY: &str = "proxy";
    pub const TIMEOUT: &str = "timeout";
}

/// Certificates or keys in PEM form, with the name that messages give them.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// Where the text came from, for people: a file's name.
    pub name: String,
    /// The text.
    pub text: Vec<u8>,
}

/// Leaves the text out: it may be a private key.
impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pem").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Which requests go through a proxy. Loopback addresses never do, whatever is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyRule {
    /// What the environment says: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    #[default]
    System,
    /// None; right for simulators.
    Never,
    /// All of them.
    Through {
        /// The proxy, with its credentials if it wants any.
        url: Url,
        /// Hosts that are reached without it, in the syntax of `NO_PROXY`; may be empty.
        except: String,
    },
}

/// What a [`super::Client`] may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// The base URL; its host is allowed. Certificates are loaded at once if it is `https`.
    pub base_url: Url,
    /// Further hosts that may be sent to, without ports, in any case.
    pub allowed_hosts: Vec<String>,
    /// Certificate authorities that are trusted beside those of the system.
    pub ca: Vec<Pem>,
    /// The client's certificate chain and its private key, in one text.
    pub client_certificate: Option<Pem>,
    /// Which requests go through a proxy.
    pub proxy: ProxyRule,
    /// How long an exchange may take, from sending to the last byte, unless the request says otherwise.
    pub timeout: Duration,
    /// How long a connection may take to be made; a part of `timeout`.
    pub connect_timeout: Duration,
    /// The header `user-agent`.
    pub user_agent: String,
    /// Most bytes of an answer's body, after decompression.
    pub max_response_bytes: u64,
}

impl ClientConfig {
    /// The defaults: 30 s for an exchange, 10 s of them for the connection, 10 MiB for an answer, the system's proxies.
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            allowed_hosts: Vec::new(),
            ca: Vec::new(),
            client_certificate: None,
            proxy: ProxyRule::default(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("flowproof/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_response_bytes: 10 << 20,
        }
    }

    /// Whether requests may be sent to the host of `url`.
    pub fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let known = self.allowed_hosts.iter().map(String::as_str).chain(self.base_url.host_str());
        known.into_iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

/// Whether `url` names this machine: `localhost`, a name below it, 127.0.0.0/8 or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
        }
        None => false,
    }
}

/// Why a client cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// There is nothing to trust.
    #[error("no certificate authorities were found on this machine{0}; install `ca-certificates` or name a file under `{setting}`", setting = setting::CA)]
    NoRoots(String),
    /// A file of certificate authorities holds none that can be read.
    #[error("`{name}` under `{setting}` holds no usable certificate: {reason}", setting = setting::CA)]
    Ca {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The client's certificate or its key cannot be used.
    #[error("`{name}` under `{setting}` cannot be used: {reason}; it needs the certificate chain and its unencrypted private key, both PEM", setting = setting::CLIENT_CERTIFICATE)]
    ClientCertificate {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy cannot be used.
    #[error("the proxy `{0}` under `{setting}` cannot be used", setting = setting::PROXY)]
    Proxy(String),
    /// The HTTP library refuses the configuration.
    #[error("the HTTP client cannot be made: {0}")]
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn only_named_hosts_are_allowed() {
        let mut config = ClientConfig::new(url("https://api.example.org/v1"));
        config.allowed_hosts.push("Files.Example.org".to_owned());
        assert!(config.allows(&url("https://API.example.org:8443/x")));
        assert!(config.allows(&url("https://files.example.org/")));
        assert!(!config.allows(&url("https://example.org/")));
        assert!(!config.allows(&url("https://api.example.org.evil.net/")));
        assert!(!config.allows(&url("data:text/plain,x")));
    }

    #[test]
    fn loopback_has_many_names() {
        for yes in [
            "http://localhost/",
            "http://a.localhost:1/",
            "http://127.8.9.1/",
            "http://[::1]:9/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_loopback(&url(yes)), "{yes}");
        }
        for no in ["http://localhost.example.org/", "http://10.0.0.1/", "http://[2001:db8::1]/", "http://notlocalhost/"]
        {
            assert!(!is_loopback(&url(no)), "{no}");
        }
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let pem = Pem { name: "key.pem".to_owned(), text: b"PRIVATE".to_vec() };
        assert_eq!(format!("{pem:?}"), "Pem { name: \"key.pem\", .. }");
    }
}
