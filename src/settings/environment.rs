use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Spanned};
use crate::template::Template;
use crate::yaml::{Fields, Node};

/// Something that scenarios can be run against.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, for `--env`.
    pub name: Spanned<String>,
    /// What it is.
    pub target: Target,
    /// Whether it is used in earnest; such a one is run against with `--allow-production` alone.
    pub production: bool,
}

/// What an environment is.
#[derive(Clone, Debug)]
pub enum Target {
    /// The simulator inside flowproof, started for the run.
    Simulator,
    /// A process engine, or a simulator that runs elsewhere.
    Engine {
        /// Its base URL.
        base_url: Template,
        /// The key for its API.
        key: Option<Template>,
        /// Hosts beside that of the base URL that requests may go to.
        allowed_hosts: Vec<Spanned<String>>,
        /// How connections are secured.
        tls: Tls,
        /// The proxy's URL; `None` takes it from the environment.
        proxy: Option<Spanned<String>>,
        /// Whether every request carries the catalogue's correlation header.
        correlation: bool,
    },
}

/// How connections are secured.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// PEM files with certificates of authorities that are trusted beside the system's.
    pub ca: Vec<Spanned<String>>,
    /// A PEM file with the client's certificate and key.
    pub client_certificate: Option<Spanned<String>>,
}

impl Environment {
    /// The simulator, under the name that `--env` knows without any settings.
    pub fn simulator(name: Spanned<String>) -> Self {
        Self { name, target: Target::Simulator, production: false }
    }

    pub(super) fn read(
        name: &Spanned<String>,
        node: &Node,
        sources: &Sources,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let mut fields = Fields::of(node, "an environment", found)?;
        let kind = fields.text("kind", found);
        let production = fields.boolean("production", found).is_some_and(|production| production.value);
        let simulator = match &kind {
            None => false,
            Some(kind) if kind.value == "simulator" => true,
            Some(kind) if kind.value == "engine" => false,
            Some(kind) => {
                let message = format!("`{}` is no kind of environment", kind.value);
                found.push(
                    Diagnostic::new(Id::WRONG_VALUE, message).label(kind.span, "expected `engine` or `simulator`"),
                );
                return None;
            }
        };
        if simulator {
            fields.finish(found);
            return Some(Self { name: name.clone(), target: Target::Simulator, production });
        }
        let base_url = fields.required("base-url", found).map(|node| Template::read(node, sources, found));
        let key = fields.optional("key").map(|node| Template::read(node, sources, found));
        if let Some(key) = key.as_ref().filter(|key| key.as_literal().is_some()) {
            let one = Diagnostic::new(Id::CLEAR_SECRET, "the key stands in the file in clear").at(key.span());
            found.push(one.help("take it from the environment: key: \"{{ env.NAME }}\""));
        }
        let allowed_hosts =
            fields.optional("allowed-hosts").map(|node| node.texts("a host", found)).unwrap_or_default();
        let tls = fields.optional("tls").and_then(|node| Tls::read(node, found)).unwrap_or_default();
        let proxy = fields.text("proxy", found);
        let correlation = fields.boolean("correlation", found).is_none_or(|correlation| correlation.value);
        fields.finish(found);
        let target = Target::Engine { base_url: base_url?, key, allowed_hosts, tls, proxy, correlation };
        Some(Self { name: name.clone(), target, production })
    }
}

impl Tls {
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of(node, "`tls`", found)?;
        let ca = fields.optional("ca").map(|node| node.texts("`ca`", found)).unwrap_or_default();
        let client_certificate = fields.text("client-certificate", found);
        fields.finish(found);
        Some(Self { ca, client_certificate })
    }
}
