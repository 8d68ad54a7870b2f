use serde_json::Value;

use super::{FileFact, Surroundings};
use crate::catalogue::{Activity, Input, InputType};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, one_of, suggest};
use crate::source::{Span, Spanned};
use crate::template::Template;

/// What is given inputs: an activity or a fragment.
pub(super) struct Taker<'a> {
    pub name: &'a str,
    pub inputs: &'a [Input],
}

impl<'a> From<&'a Activity> for Taker<'a> {
    fn from(activity: &'a Activity) -> Self {
        Self { name: &activity.name.value, inputs: &activity.inputs }
    }
}

/// Checks what a step gives. `deliberate` tells that the step expects to be refused, so that a value which the
/// engine would not take is what it wants to send.
pub(super) fn check(
    taker: &Taker<'_>,
    given: &[(Spanned<String>, Template)],
    place: Span,
    deliberate: bool,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    for (name, template) in given {
        let Some(input) = taker.inputs.iter().find(|input| input.name.value == name.value) else {
            let message = format!("`{}` has no input `{}`", taker.name, name.value);
            let names = taker.inputs.iter().map(|input| input.name.value.as_str());
            let help = suggest(&name.value, names).unwrap_or_else(|| "it has no inputs at all".to_owned());
            found.push(Diagnostic::new(Id::UNKNOWN_INPUT, message).at(name.span).help(help));
            continue;
        };
        if let Some(value) = template.as_literal() {
            literal(input, value, template.span(), deliberate, around, found);
        }
    }
    for input in taker.inputs.iter().filter(|input| input.required && input.default.is_none()) {
        if given.iter().all(|(name, _)| name.value != input.name.value) {
            let message = format!("`{}` needs its input `{}`", taker.name, input.name.value);
            let help = format!("add `with: {{ {}: … }}`", input.name.value);
            found.push(Diagnostic::new(Id::MISSING_INPUT, message).at(place).help(help));
        }
    }
}

fn literal(
    input: &Input,
    value: &Value,
    span: Span,
    deliberate: bool,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    let name = &input.name.value;
    if let InputType::File { media, max_bytes } = &input.kind {
        match value.as_str() {
            Some(path) => file(name, path, media, *max_bytes, span, deliberate, around, found),
            None => {
                let one = Diagnostic::new(Id::WRONG_INPUT, format!("`{name}` must be the path of a file"));
                found.push(one.label(span, "expected a path, relative to this file"));
            }
        }
        return;
    }
    let wanted = match &input.kind {
        InputType::Text | InputType::DateTime | InputType::Duration => (!value.is_string()).then_some("text"),
        InputType::Integer => (!value.is_i64() && !value.is_u64()).then_some("a whole number"),
        InputType::Number => (!value.is_number()).then_some("a number"),
        InputType::Boolean => (!value.is_boolean()).then_some("`true` or `false`"),
        InputType::Map => (!value.is_object()).then_some("a mapping"),
        InputType::List => (!value.is_array()).then_some("a list"),
        InputType::Country => {
            input.kind.accepts(value).is_err().then_some("a country code of two letters such as `de`")
        }
        InputType::File { .. } | InputType::Any => None,
    };
    if let Some(wanted) = wanted.filter(|_| !value.is_null() && !deliberate) {
        let one = Diagnostic::new(Id::WRONG_INPUT, format!("`{name}` must be {wanted}, not {value}"));
        found.push(one.label(span, format!("expected {wanted}")));
    } else if !deliberate && !input.one_of.is_empty() && !input.one_of.contains(value) && !value.is_null() {
        let known: Vec<String> =
            input.one_of.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
        let one = Diagnostic::new(Id::WRONG_INPUT, format!("{value} is no value of `{name}`"));
        found.push(one.label(span, format!("expected {}", one_of(known.iter().map(String::as_str)))));
    }
}

#[expect(clippy::too_many_arguments, reason = "the facts of one input, each of which a message names")]
fn file(
    name: &str,
    path: &str,
    media: &[String],
    max_bytes: u64,
    span: Span,
    deliberate: bool,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    match (around.file)(&format!("{}{path}", around.folder)) {
        FileFact::Unusable(reason) => {
            let one = Diagnostic::new(Id::INPUT_FILE, reason).at(span);
            found.push(one.help("the path is relative to the folder of this file"));
        }
        FileFact::Present { media: actual, .. } if !deliberate && !media.is_empty() && !media.contains(&actual) => {
            let one = Diagnostic::new(Id::INPUT_FILE, format!("`{path}` is {actual}, which `{name}` does not take"));
            found.push(one.label(span, format!("expected {}", one_of(media.iter().map(String::as_str)))));
        }
        FileFact::Present { bytes, .. } if !deliberate && bytes > max_bytes => {
            let message = format!("`{path}` has {bytes} bytes, and `{name}` takes {max_bytes} at most");
            found.push(Diagnostic::new(Id::INPUT_FILE, message).at(span));
        }
        FileFact::Present { .. } => {}
    }
}
