use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::yaml::{Form, Key, Shape, Shaped};

/// Where calls of the engine come in, for scenarios that await them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The address that is listened on; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Where the engine finds it; the address itself if nothing is said.
    pub public_url: Option<Url>,
}

impl Default for Listening {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 0).into(), public_url: None }
    }
}

/// The key that says where it is.
pub(super) const LISTENER: Key =
    Key::new("listener", Form::Shape(&SHAPE), "where calls of the engine come in, for scenarios that `await` them")
        .such_as(&["{ listen: \"0.0.0.0:8089\", public-url: https://ci.example.com/hooks }"]);

static SHAPE: Shape = Shape::new(
    "listener",
    "`listener`",
    "Where calls of the engine come in.",
    &[
        Key::new("listen", Form::Text, "the address and port that are listened on; port 0 for any that is free")
            .such_as(&["0.0.0.0:8089"])
            .or("127.0.0.1:0"),
        Key::new("public-url", Form::Text, "where the engine finds it; left out, at the address itself")
            .such_as(&["https://ci.example.com/hooks"]),
    ],
);

impl Listening {
    pub(super) fn read(fields: &Shaped, found: &mut Diagnostics) -> Self {
        let mut own = Self::default();
        let Some(fields) = fields.inside("listener", found) else { return own };
        let public = fields.text("public-url", found);
        if let Some(url) = &public {
            own.public_url = Url::parse(&url.value).ok().filter(is_base);
            if own.public_url.is_none() {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no URL to be called at", url.value));
                found.push(one.at(url.span).help("write `https://` or `http://`, a host and a path, without a query"));
            }
        }
        let Some(listen) = fields.text("listen", found) else { return own };
        match listen.value.parse::<SocketAddr>() {
            Ok(address) => own.listen = address,
            Err(_) => {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no address to listen on", listen.value));
                found.push(one.at(listen.span).help("write an IP address and a port: `127.0.0.1:8089`"));
            }
        }
        if own.listen.ip().is_unspecified() && public.is_none() {
            let message = format!("nobody is found at `{}`, which stands for every address", own.listen.ip());
            let one = Diagnostic::new(Id::WRONG_VALUE, message).at(listen.span);
            found.push(one.help("say `public-url`, where the engine finds this machine"));
        }
        own
    }
}

/// Whether paths can be appended to a URL.
fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
}
