use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Sources;
use crate::template::Template;
use crate::yaml::{Form, Key, Node, Shape, Shaped, Words, words_of};

/// Somebody who is told of runs.
#[derive(Clone, Debug)]
pub struct Notify {
    /// Where a summary is posted; no output shows it.
    pub url: Template,
    /// How it is written.
    pub format: NotifyFormat,
    /// When it is posted.
    pub on: NotifyOn,
}

/// How a summary is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotifyFormat {
    /// An object, for programs.
    #[default]
    Json,
    /// A text, as Slack and others that are compatible take it.
    Slack,
}

/// When a summary is posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotifyOn {
    /// After a run in which something is not as it was.
    #[default]
    Change,
    /// After a run in which something fails.
    Failure,
    /// After every run.
    Always,
}

const FORMATS: &[(&str, NotifyFormat)] = &[("json", NotifyFormat::Json), ("slack", NotifyFormat::Slack)];
static FORMAT: Words = Words { what: "format of a summary", words: &words_of::<_, 2>(FORMATS) };
const TIMES: &[(&str, NotifyOn)] =
    &[("change", NotifyOn::Change), ("failure", NotifyOn::Failure), ("always", NotifyOn::Always)];
static TIME: Words = Words { what: "time for a summary", words: &words_of::<_, 3>(TIMES) };

const ONE: &Form = &Form::Shape(&SHAPE);
pub(super) const NOTIFY: Key = Key::new(
    "notify",
    Form::OneOrMany(ONE),
    "where a summary of each run is posted, with what has changed since the one before",
)
.such_as(&["{ url: \"{{ env.HOOK }}\", format: slack }"]);

static SHAPE: Shape = Shape::new(
    "notify",
    "`notify`",
    "Where a summary of each run is posted, with what has changed since the one before.",
    &[
        Key::required("url", Form::Any, "where it is posted; templates see `env`, and no output shows it")
            .such_as(&["\"{{ env.HOOK }}\""]),
        Key::new("format", Form::Word(&FORMAT), "an object for programs, or what Slack takes").or("json"),
        Key::new("on", Form::Word(&TIME), "after a run in which something changed, or failed, or after every one")
            .or("change"),
    ],
);

impl Notify {
    pub(super) fn read_all(fields: &Shaped<'_>, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let Some(node) = fields.node("notify") else { return Vec::new() };
        let all = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        all.iter().filter_map(|node| Self::read(node, sources, found)).collect()
    }

    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &SHAPE, found)?;
        let format = fields.node("format").and_then(|_| fields.word("format", FORMATS, found));
        let on = fields.node("on").and_then(|_| fields.word("on", TIMES, found));
        let url = fields.node("url").map(|node| Template::read(node, sources, found))?;
        let format = format.map(|format| format.value).unwrap_or_default();
        if format == NotifyFormat::Slack && url.as_literal().is_some() {
            let one = Diagnostic::new(Id::CLEAR_SECRET, "the URL stands in the file in clear").at(url.span());
            found.push(one.help("who knows it can post there; take it from the environment: \"{{ env.NAME }}\""));
        }
        Some(Self { url, format, on: on.map(|on| on.value).unwrap_or_default() })
    }
}
