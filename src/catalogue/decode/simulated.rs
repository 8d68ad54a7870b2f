use super::Reader;
use crate::catalogue::{Accepted, Need, Simulated};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Spanned;
use crate::yaml::{Entry, Fields, Kind, Node};

impl Reader<'_> {
    /// How the simulator plays the element of an activity.
    pub fn simulated(&mut self, node: &Node) -> Simulated {
        let Some(mut fields) = Fields::of(node, "`simulated`", self.found) else { return Simulated::default() };
        let needs = fields.optional("needs").and_then(|node| self.need(node));
        let accepts = fields.optional("accepts");
        let accepts = self.free(accepts, "`accepts`").iter().filter_map(|entry| self.accepted(entry)).collect();
        let locals = fields.optional("locals");
        let locals = self.object(locals, "`locals`");
        let writes = fields.optional("writes");
        let writes = self.writes(writes);
        let form = fields.optional("form").and_then(|node| self.form_use(node));
        let state = fields.text("state", self.found).filter(|state| self.state(state).is_some());
        fields.finish(self.found);
        Simulated { needs, accepts, locals, writes, form, state: state.map(|state| state.value) }
    }

    /// An exchange, or a mapping that says more.
    fn need(&mut self, node: &Node) -> Option<Need> {
        let Kind::Mapping(_) = &node.kind else {
            return Some(Need { upload: node.text("`needs`", self.found)?, unless: None });
        };
        let mut fields = Fields::of(node, "`needs`", self.found)?;
        let upload = fields.required_text("upload", self.found);
        let unless = fields.text("unless", self.found).map(|unless| unless.value);
        fields.finish(self.found);
        Some(Need { upload: upload?, unless })
    }

    fn accepted(&mut self, entry: &Entry) -> Option<Accepted> {
        let local = entry.key.value.clone();
        let mut fields = Fields::of(&entry.value, &format!("the variable `{local}`"), self.found)?;
        let kind = self.kind(&mut fields);
        let required = self.flag(&mut fields, "required");
        let listed_in = fields.text("listed-in", self.found).map(|name| name.value);
        let member = fields.text("member", self.found).map(|name| name.value);
        let Some(kind) = kind else {
            fields.know(&["one-of"]);
            fields.finish(self.found);
            return None;
        };
        let one_of = self.one_of(&mut fields, &kind);
        fields.finish(self.found);
        Some(Accepted { local, kind, required, one_of, listed_in, member })
    }

    /// Paths of process variables and the local variables that are stored there.
    pub fn writes(&mut self, node: Option<&Node>) -> Vec<(String, String)> {
        let entries = self.free(node, "`writes`").iter();
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
