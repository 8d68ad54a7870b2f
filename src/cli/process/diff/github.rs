use super::report::Report;
use crate::diagnostic::{command_data, command_property, github};
use crate::process::{Change, Class, Side};
use crate::proof::Effect;

/// The differences as a GitHub workflow shows them beside the lines of a change: what is executed otherwise, what is newly wrong,
/// and the scenarios that are broken or may divert.
pub(super) fn written(report: &Report<'_>) -> String {
    let executed = report.diff.changes.iter().filter(|change| change.is_executed());
    let mut text: String = executed.map(|change| notice(report, change)).collect();
    text += &github(&report.findings.new, &report.places);
    for one in report.scenarios.into_iter().flatten() {
        let (word, message) = match &one.judged.effect {
            Effect::Broken(gap) => {
                let why = gap.why.clone().or_else(|| gap.then.as_ref().map(|then| format!("{then} is not reached")));
                ("error", format!("broken: {}", why.unwrap_or_default()))
            }
            Effect::MayDivert(gateways) => {
                let at: Vec<String> = gateways.iter().map(|id| report.called(id)).collect();
                ("warning", format!("may divert at {}", at.join(", ")))
            }
            Effect::Rerun(_) | Effect::None => continue,
        };
        let file = one.id.split('#').next().unwrap_or_default();
        let path = command_property(&format!("{}{file}", report.places.prefix));
        text += &format!("::{word} file={path},title={}::{}\n", command_property(&one.id), command_data(&message));
    }
    text
}

fn notice(report: &Report<'_>, change: &Change) -> String {
    let side = |side| report.value(change, side);
    let told = match (change.class, side(Side::Old), side(Side::New)) {
        (Class::Added | Class::Removed, ..) => change.class.name().to_owned(),
        (_, Some(old), Some(new)) => format!("{}: {old} → {new}", Report::subject(change)),
        (_, None, Some(new)) => format!("{} is now {new}", Report::subject(change)),
        (_, Some(old), None) => format!("{} was {old}", Report::subject(change)),
        (_, None, None) => Report::subject(change),
    };
    // What is gone has no line in the file as it is.
    let place = change.place().filter(|span| {
        change.class != Class::Removed && span.file == change.new_place.map_or(span.file, |new| new.file)
    });
    let place = place.map(|span| {
        let at = report.places.sources.file(span.file).position(span.start as usize);
        let path = format!("{}{}", report.places.prefix, report.places.sources.file(span.file).name());
        format!("file={},line={},", command_property(&path), at.line)
    });
    let message = format!("{} {}: {told}", change.kind, change.called);
    format!("::notice {}title=process diff::{}\n", place.unwrap_or_default(), command_data(&message))
}
