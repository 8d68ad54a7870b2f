use super::Reader;
use super::form::FORM_USE;
use super::reader::LOCALS;
use super::session::STATE;
use super::value::{BY_TYPE, ONE_OF, TYPED};
use crate::catalogue::{Accepted, Need, Simulated};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Spanned;
use crate::yaml::{Entry, Form, Key, Kind, Names, Node, Shape, Shaped};

pub(super) const WRITES: Key = Key::new(
    "writes",
    Form::Map(Names::Free, &Form::Text),
    "process variables that are written, and the local variables that they get; `{…}` is an input parameter of the element",
).such_as(&["{ _captures.face: image }"]);

pub(super) static SIMULATED: Shape = Shape::new(
    "simulated",
    "`simulated`",
    "How the simulator plays the element.",
    &[
        Key::new(
            "needs",
            Form::Either(&[Form::Text, Form::Shape(&NEED)]),
            "the exchange of an upload without which the element cannot be completed",
        )
        .such_as(&["upload-image"]),
        Key::new(
            "accepts",
            Form::Map(Names::Free, &Form::Shape(&ACCEPTED)),
            "what local variables must be, or the request is refused",
        )
        .such_as(&["{ consent: { type: boolean, required: true } }"]),
        LOCALS,
        WRITES,
        Key::new("form", Form::Shape(&FORM_USE), "the form that it shows"),
        Key::new("state", Form::Word(&STATE), "the state of the instance while it waits here"),
    ],
);

static NEED: Shape = Shape::new(
    "need",
    "`needs`",
    "An upload without which an element cannot be completed.",
    &[
        Key::required("upload", Form::Text, "the exchange of the upload").such_as(&["upload-image"]),
        Key::new("unless", Form::Text, "a local variable that, where it is true, makes it needless")
            .such_as(&["skipped"]),
    ],
);

static ACCEPTED: Shape = Shape::new(
    "accepted",
    "the variable",
    "What a local variable must be.",
    &[
        TYPED,
        Key::new("required", Form::Boolean, "whether it must be there").or("false"),
        ONE_OF,
        Key::new("listed-in", Form::Text, "the input parameter that lists what it may be").such_as(&["countries"]),
        Key::new("member", Form::Text, "the member of the listed things that it is compared with").such_as(&["code"]),
    ],
)
.further(BY_TYPE);

impl Reader<'_> {
    /// How the simulator plays the element of an activity.
    pub fn simulated(&mut self, fields: &Shaped) -> Simulated {
        let needs = fields.node("needs").and_then(|node| self.need(node));
        let accepts = fields.map("accepts", self.found).iter().filter_map(|entry| self.accepted(entry)).collect();
        let locals = self.object(fields, "locals");
        let writes = self.writes(fields);
        let form = fields.inside("form", self.found).and_then(|form| self.form_use(&form));
        let state = fields.chosen("state", self.found);
        Simulated { needs, accepts, locals, writes, form, state: state.map(|state| state.value) }
    }

    /// An exchange, or a mapping that says more.
    fn need(&mut self, node: &Node) -> Option<Need> {
        let Kind::Mapping(_) = &node.kind else {
            return Some(Need { upload: node.text("`needs`", self.found)?, unless: None });
        };
        let fields = Shaped::of(node, &NEED, self.found)?;
        let (upload, unless) = (fields.text("upload", self.found), self.plain(&fields, "unless"));
        Some(Need { upload: upload?, unless })
    }

    fn accepted(&mut self, entry: &Entry) -> Option<Accepted> {
        let local = entry.key.value.clone();
        let fields = Shaped::named(&entry.value, &ACCEPTED, &local, self.found)?;
        let kind = self.kind(&fields);
        let required = self.flag(&fields, "required");
        let (listed_in, member) = (self.plain(&fields, "listed-in"), self.plain(&fields, "member"));
        let kind = kind?;
        let one_of = self.one_of(&fields, &kind);
        Some(Accepted { local, kind, required, one_of, listed_in, member })
    }

    /// Paths of process variables and the local variables that are stored there.
    pub fn writes(&mut self, fields: &Shaped) -> Vec<(String, String)> {
        let entries = fields.map("writes", self.found).iter();
        entries
            .filter_map(|entry| {
                self.placeholders(&entry.key);
                Some((entry.key.value.clone(), entry.value.text("a local variable", self.found)?.value))
            })
            .collect()
    }

    /// Reports braces of a path of variables that do not close.
    pub fn placeholders(&mut self, path: &Spanned<String>) {
        let mut rest = path.value.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            match after.split_once('}') {
                Some((name, after)) if !name.is_empty() && !name.contains('{') => rest = after,
                _ => {
                    let message = format!("a `{{` of `{}` is not closed", path.value);
                    let one = Diagnostic::new(Id::CATALOGUE_PATH, message).at(path.span);
                    self.found.push(one.help("`{name}` is replaced by a parameter"));
                    return;
                }
            }
        }
    }
}
