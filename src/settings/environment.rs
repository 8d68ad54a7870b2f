use super::around::{AFTER, BEFORE};
use super::faults::{self, FAULTS};
use super::guards::{BREAKER_KEY, BUDGET_KEY, RATE_KEY};
use super::shared::REPLACED;
use super::{Around, Guards};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::Variable;
use crate::script::Faults;
use crate::source::{Sources, Spanned};
use crate::template::Template;
use crate::yaml::{Form, Further, ID, Key, Names, Node, Shape, Shaped, Words, words_of};

/// The environment that is there without any settings, and what scenarios require that no other may run.
pub const SIMULATOR: &str = "simulator";

/// Something that scenarios can be run against.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, for `--env`.
    pub name: Spanned<String>,
    /// What it is.
    pub target: Target,
    /// Whether it is used in earnest; such a one is run against with `--allow-production` alone.
    pub production: bool,
    /// What variables of the settings are instead of their own.
    pub vars: Vec<Variable>,
    /// What is run once, where it is another than the settings say for all.
    pub around: Around,
    /// What keeps a run from doing harm to it.
    pub guards: Guards,
}

/// What an environment is.
#[derive(Clone, Debug)]
pub enum Target {
    /// The simulator inside flowproof, started for the run.
    Simulator {
        /// Keys that it accepts beside the catalogue's, by the actors whose they are.
        keys: Vec<(Spanned<String>, Template)>,
        /// What goes wrong on the way to it, if anything does.
        faults: Option<Faults>,
    },
    /// A process engine, or a simulator that runs elsewhere.
    Engine {
        /// Its base URL.
        base_url: Template,
        /// The key for its API.
        key: Option<Template>,
        /// The keys of actors that have their own, by the names of the actors.
        keys: Vec<(Spanned<String>, Template)>,
        /// Hosts beside that of the base URL that requests may go to.
        allowed_hosts: Vec<Spanned<String>>,
        /// How connections are secured.
        tls: Tls,
        /// The proxy's URL; `None` takes it from the environment.
        proxy: Option<Spanned<String>>,
        /// Whether every request carries the catalogue's correlation header.
        correlation: bool,
        /// Whether process instances that scenarios leave without an end are ended.
        end_instances: bool,
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

/// The kinds of environments, and whether it is the simulator.
const KINDS: &[(&str, bool)] = &[("engine", false), ("simulator", true)];
static KIND: Words = Words { what: "kind of environment", words: &words_of::<_, 2>(KINDS) };

pub(super) static ENVIRONMENT: Shape = Shape::new(
    "environment",
    "an environment",
    "Something that scenarios can be run against: `kind: simulator` alone, or a process engine.",
    &[
        Key::new("kind", Form::Word(&KIND), "the simulator inside flowproof, or an engine").or("engine"),
        Key::new(
            "production",
            Form::Boolean,
            "whether it is used in earnest: run against with `--allow-production` alone",
        )
        .or("false"),
        Key::new(
            "keys",
            Form::Map(Names::Like(&ID), &Form::Any),
            "the keys of actors that have their own, by their names",
        )
        .such_as(&["{ reviewer: \"{{ env.REVIEWER_KEY }}\" }"]),
        RATE_KEY,
        BUDGET_KEY,
        BREAKER_KEY,
        REPLACED,
        BEFORE,
        AFTER,
    ],
)
.further(Further::ByWord {
    key: "kind",
    default: Some("engine"),
    words: &[("engine", ENGINE), ("simulator", SIMULATED)],
});

const SIMULATED: &[Key] = &[Key::new("faults", Form::Shape(&FAULTS), "what goes wrong on the way to it")
    .such_as(&["{ seed: 7, cut: 2%, unavailable: 1%, latency: { median: 80ms, p99: 5s } }"])];

const ENGINE: &[Key] = &[
    Key::required("base-url", Form::Any, "where it is; templates see `env`")
        .such_as(&["https://acme-test.example.com"]),
    Key::new("key", Form::Any, "the key for its API, from the environment").such_as(&["\"{{ env.API_KEY }}\""]),
    Key::new(
        "allowed-hosts",
        Form::OneOrMany(&Form::Text),
        "hosts beside that of `base-url` that requests may go to; any other is refused",
    )
    .such_as(&["[cdn.example.com]"]),
    Key::new("tls", Form::Shape(&TLS), "how connections are secured"),
    Key::new(
        "proxy",
        Form::Text,
        "the proxy for all requests; left out, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` count",
    )
    .such_as(&["http://proxy.example.com:3128"]),
    Key::new("correlation", Form::Boolean, "whether every request carries the header that identifies it").or("true"),
    Key::new(
        "end-instances",
        Form::Boolean,
        "whether process instances that scenarios leave without an end are ended, as the catalogue says how",
    )
    .or("false"),
];

static TLS: Shape = Shape::new(
    "tls",
    "`tls`",
    "How connections are secured.",
    &[
        Key::new(
            "ca",
            Form::OneOrMany(&Form::Text),
            "PEM files with certificates of authorities that are trusted beside the system's",
        )
        .such_as(&["certificates/authority.pem"]),
        Key::new("client-certificate", Form::Text, "a PEM file with the client's certificate chain and its key")
            .such_as(&["certificates/client.pem"]),
    ],
);

impl Environment {
    /// The simulator, under the name that `--env` knows without any settings.
    pub fn simulator(name: Spanned<String>) -> Self {
        let target = Target::Simulator { keys: Vec::new(), faults: None };
        let guards = Guards::default();
        Self { name, target, production: false, vars: Vec::new(), around: Around::default(), guards }
    }

    pub(super) fn read(
        name: &Spanned<String>,
        node: &Node,
        sources: &Sources,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let fields = Shaped::of(node, &ENVIRONMENT, found)?;
        let simulator = match fields.node("kind") {
            Some(_) => fields.word("kind", KINDS, found)?.value,
            None => false,
        };
        let production = fields.boolean("production", found).is_some_and(|production| production.value);
        let keys = fields.map("keys", found).iter();
        let keys: Vec<_> =
            keys.map(|entry| (entry.key.clone(), Template::read(&entry.value, sources, found))).collect();
        let around = Around::read(&fields, found);
        let guards = Guards::read(&fields, found);
        let vars = Variable::read_of(&fields, "vars", sources, found);
        if simulator {
            let faults = fields.inside("faults", found).map(|fields| faults::read(&fields, found));
            let target = Target::Simulator { keys, faults };
            return Some(Self { name: name.clone(), target, production, vars, around, guards });
        }
        let base_url = fields.node("base-url").map(|node| Template::read(node, sources, found));
        let key = fields.node("key").map(|node| Template::read(node, sources, found));
        for key in keys.iter().map(|(_, key)| key).chain(&key).filter(|key| key.as_literal().is_some()) {
            let one = Diagnostic::new(Id::CLEAR_SECRET, "the key stands in the file in clear").at(key.span());
            found.push(one.help("take it from the environment: key: \"{{ env.NAME }}\""));
        }
        let target = Target::Engine {
            base_url: base_url?,
            key,
            keys,
            allowed_hosts: fields.texts("allowed-hosts", found),
            tls: fields.inside("tls", found).map(|tls| Tls::read(&tls, found)).unwrap_or_default(),
            proxy: fields.text("proxy", found),
            correlation: fields.boolean("correlation", found).is_none_or(|correlation| correlation.value),
            end_instances: fields.boolean("end-instances", found).is_some_and(|end| end.value),
        };
        Some(Self { name: name.clone(), target, production, vars, around, guards })
    }
}

impl Tls {
    fn read(fields: &Shaped, found: &mut Diagnostics) -> Self {
        let (ca, client_certificate) = (fields.texts("ca", found), fields.text("client-certificate", found));
        Self { ca, client_certificate }
    }
}
