use serde_json::Value;

use super::{FileFact, Surroundings};
use crate::catalogue::{Activity, Input, InputType};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, one_of, suggest};
use crate::scenario::Given;
use crate::source::{Span, Spanned, folder_of};

/// What is given inputs: an activity or a fragment.
pub(super) struct Taker<'a> {
    pub name: &'a str,
    pub inputs: &'a [Input],
    /// Whether something wrong can be given on purpose: to an activity, since the engine is what refuses it.
    pub on_purpose: bool,
}

impl<'a> From<&'a Activity> for Taker<'a> {
    fn from(activity: &'a Activity) -> Self {
        Self { name: &activity.name.value, inputs: &activity.inputs, on_purpose: true }
    }
}

/// Checks what a step gives.
pub(super) fn check(
    taker: &Taker<'_>,
    given: &[(Spanned<String>, Given)],
    place: Span,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    for (name, value) in given {
        let Some(input) = taker.inputs.iter().find(|input| input.name.value == name.value) else {
            let message = format!("`{}` has no input `{}`", taker.name, name.value);
            let names = || taker.inputs.iter().map(|input| input.name.value.as_str());
            let help = suggest(&name.value, names()).unwrap_or_else(|| "it has no inputs at all".to_owned());
            let free = names().filter(|known| given.iter().all(|(other, _)| other.value != *known));
            let fix = Fix::rename(name.span, name, free);
            found.push(Diagnostic::new(Id::UNKNOWN_INPUT, message).at(name.span).fix_if(fix).help(help));
            continue;
        };
        let invalid = matches!(value, Given::Invalid(_));
        let Some((value, span)) = value.template().and_then(|template| Some((template.as_literal()?, template.span())))
        else {
            continue;
        };
        let problem = match (&input.kind, value) {
            (InputType::File { media, max_bytes }, Value::String(path)) => {
                file(&input.name.value, path, media, *max_bytes, span, around)
            }
            (InputType::File { .. }, _) => Some(Refused::ByActivity(
                Diagnostic::new(Id::WRONG_INPUT, format!("`{}` must be the path of a file", input.name.value))
                    .label(span, "expected a path, relative to this file"),
            )),
            (_, value) => literal(input, value, span).map(Refused::ByActivity),
        };
        match problem {
            Some(Refused::ByActivity(one)) if !invalid => {
                let help = taker.on_purpose.then(|| "to send it all the same, write `{ invalid: … }`".to_owned());
                found.push(one.help_if(help));
            }
            Some(Refused::ByUs(one)) => found.push(one),
            Some(Refused::ByActivity(_)) | None => {}
        }
    }
    for input in taker.inputs.iter().filter(|input| input.required && input.default.is_none()) {
        // A name that is probably a slip was told as that.
        let names = || taker.inputs.iter().map(|input| input.name.value.as_str());
        let misspelt =
            |name: &str| !names().any(|known| known == name) && nearest(name, names()) == Some(&input.name.value);
        if given.iter().all(|(name, _)| name.value != input.name.value && !misspelt(name)) {
            let name = &input.name.value;
            let message = format!("`{}` needs its input `{name}`", taker.name);
            let one =
                Diagnostic::new(Id::MISSING_INPUT, message).at(place).help(format!("add `with: {{ {name}: … }}`"));
            let omitted = taker.on_purpose.then(|| format!("or, to leave it out, `{name}: {{ omit: true }}`"));
            found.push(one.help_if(omitted));
        }
    }
}

/// Why a value cannot be given.
enum Refused {
    /// The activity does not take it. It may be sent all the same.
    ByActivity(Diagnostic),
    /// It cannot be sent at all.
    ByUs(Diagnostic),
}

fn literal(input: &Input, value: &Value, span: Span) -> Option<Diagnostic> {
    let name = &input.name.value;
    if value.is_null() {
        return None;
    }
    if let Err(problem) = input.kind.accepts(value) {
        let one = Diagnostic::new(Id::WRONG_INPUT, format!("`{name}` {problem}, not {value}"));
        return Some(one.at(span));
    }
    if input.one_of.is_empty() || input.one_of.iter().any(|one| input.kind.same(one, value)) {
        return None;
    }
    let known = input.one_of.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned));
    let known: Vec<String> = known.collect();
    let one = Diagnostic::new(Id::WRONG_INPUT, format!("{value} is no value of `{name}`"));
    let written = value.as_str().unwrap_or_default();
    let one = one.fix_if(Fix::rename(span, written, known.iter().map(String::as_str)));
    Some(one.label(span, format!("expected {}", one_of(known.iter().map(String::as_str)))))
}

fn file(
    name: &str,
    path: &str,
    media: &[String],
    max_bytes: u64,
    span: Span,
    around: &Surroundings<'_>,
) -> Option<Refused> {
    match (around.file)(&format!("{}{path}", around.folder)) {
        FileFact::Unusable { reason, near } => Some(Refused::ByUs(unusable(reason, near, path, span))),
        FileFact::Present { media: actual, .. } if !media.is_empty() && !media.contains(&actual) => {
            let one = Diagnostic::new(Id::INPUT_FILE, format!("`{path}` is {actual}, which `{name}` does not take"));
            Some(Refused::ByActivity(one.label(span, format!("expected {}", one_of(media.iter().map(String::as_str))))))
        }
        FileFact::Present { bytes, .. } if bytes > max_bytes => {
            let message = format!("`{path}` has {bytes} bytes, and `{name}` takes {max_bytes} at most");
            Some(Refused::ByActivity(Diagnostic::new(Id::INPUT_FILE, message).at(span)))
        }
        FileFact::Present { .. } => None,
    }
}

/// The problem of a file that cannot be sent; `near` is the name of one beside it that was probably meant.
pub(super) fn unusable(reason: String, near: Option<String>, path: &str, span: Span) -> Diagnostic {
    let one = Diagnostic::new(Id::INPUT_FILE, reason).at(span);
    match near.map(|near| format!("{}{near}", folder_of(path))) {
        Some(near) => {
            let fix = Fix::rename(span, path, [near.as_str()]);
            one.help(format!("did you mean `{near}`?")).fix_if(fix)
        }
        None => one.help("the path is relative to the folder of this file"),
    }
}
