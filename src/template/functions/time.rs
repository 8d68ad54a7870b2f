use jiff::{Span, Timestamp, Unit, tz::TimeZone};
use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::engine::failed;
use crate::template::scope::Effects;

pub(super) fn now(state: &State, options: Kwargs) -> Result<String, Error> {
    let (offset, format): (Option<&str>, Option<&str>) = (options.get("offset")?, options.get("format")?);
    options.assert_all_used()?;
    let mut moment = Effects::of(state)?.now.to_zoned(TimeZone::UTC);
    if let Some(offset) = offset {
        let span: Span =
            offset.parse().map_err(|_| failed(format!("`{offset}` is no duration, such as `-1d` or `PT5M`")))?;
        moment = moment.checked_add(span).map_err(|_| failed(format!("`{offset}` leads out of the calendar")))?;
    }
    match format {
        // Formatting by `Display` would panic on a directive that does not exist.
        Some(format) => jiff::fmt::strtime::format(format, &moment)
            .map_err(|error| failed(format!("`{format}` is no date format: {error}"))),
        None => iso(moment.timestamp()),
    }
}

/// To the millisecond, which is what other systems read.
fn iso(moment: Timestamp) -> Result<String, Error> {
    let rounded = moment.round(jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc));
    rounded.map(|moment| moment.to_string()).map_err(|_| failed("the moment leads out of the calendar"))
}
