use super::GivenInputs;
use super::shape::SESSION;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Node, Shaped};

/// How a scenario wants its session.
#[derive(Clone, Debug, Default)]
pub struct SessionUse {
    /// How far it is opened before the first step.
    pub opening: Opening,
    /// The activity that its opening begins with; what those before it give is taken from the main actor. For actors alone.
    pub from: Option<Spanned<String>>,
    /// Whether the credential is renewed.
    pub renewal: Renewal,
    /// Inputs for activities of the opening: the activity, then its inputs.
    pub inputs: Vec<(Spanned<String>, GivenInputs)>,
    /// Where it stands; `None` if the file says nothing.
    pub span: Option<Span>,
}

/// How far a session is opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Opening {
    /// All activities of the catalogue's `open`, if the scenario names a process.
    #[default]
    Whole,
    /// Nothing is opened; the steps do it.
    None,
    /// Up to and including an activity.
    Until(Spanned<String>),
}

/// Whether an expired credential is renewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renewal {
    /// Before its end, and once when the engine says that it has expired.
    #[default]
    Auto,
    /// Never: for scenarios about expiry.
    Never,
}

/// The words for it.
pub(super) const RENEWALS: &[(&str, Renewal)] = &[("auto", Renewal::Auto), ("never", Renewal::Never)];

impl SessionUse {
    /// The activities that open the session, of all that open one.
    pub fn opens<'a>(&self, open: &'a [Spanned<String>]) -> &'a [Spanned<String>] {
        match &self.opening {
            Opening::None => &[],
            Opening::Whole => open,
            Opening::Until(until) => {
                let last = open.iter().position(|name| name.value == until.value);
                last.map_or(open, |last| &open[..=last])
            }
        }
    }

    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let mut session = Self { span: Some(node.span), ..Self::default() };
        if node.as_mapping().is_none() {
            match node.text("`session`", found).map(|text| text.value) {
                Some(word) if word == "none" => session.opening = Opening::None,
                Some(word) => {
                    let message = format!("`session` is `none` or a mapping, not `{word}`");
                    let one = Diagnostic::new(Id::WRONG_VALUE, message).at(node.span);
                    found.push(one.help("write `session: none`, or a mapping such as `{ until: ACTIVITY }`"));
                }
                None => {}
            }
            return session;
        }
        let Some(fields) = Shaped::of(node, &SESSION, found) else { return session };
        if let Some(until) = fields.text("until", found) {
            session.opening = Opening::Until(until);
        }
        session.from = fields.text("from", found);
        if let Some(renewal) = fields.word("renew", RENEWALS, found) {
            session.renewal = renewal.value;
        }
        for entry in fields.rest() {
            let what = format!("the inputs of `{}`", entry.key.value);
            let inputs = super::given::read_given(&entry.value, &what, sources, found);
            session.inputs.push((entry.key.clone(), inputs));
        }
        session
    }
}
