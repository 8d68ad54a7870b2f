use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit, Zoned};
use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::engine::failed;
use crate::template::scope::Effects;

pub(super) fn now(state: &State, options: Kwargs) -> Result<String, Error> {
    let (offset, format): (Option<&str>, Option<&str>) = (options.get("offset")?, options.get("format")?);
    options.assert_all_used()?;
    let moment = moved(Effects::of(state)?.now.to_zoned(TimeZone::UTC), offset)?;
    match format {
        Some(format) => formatted(&moment, format),
        None => iso(moment.timestamp()),
    }
}

/// A day or a moment, moved and written in another way.
pub(super) fn date(state: &State, moment: &str, options: Kwargs) -> Result<String, Error> {
    let (offset, format): (Option<&str>, Option<&str>) = (options.get("offset")?, options.get("format")?);
    options.assert_all_used()?;
    state.consume_fuel(1)?;
    let day: Option<Date> = (moment.len() == DAY.len()).then(|| moment.parse().ok()).flatten();
    let zoned = match day {
        Some(day) => day.to_zoned(TimeZone::UTC).map_err(|_| failed(format!("`{moment}` leads out of the calendar"))),
        None => match moment.parse::<Timestamp>() {
            Ok(moment) => Ok(moment.to_zoned(TimeZone::UTC)),
            Err(_) => Err(failed(format!("`{moment}` is no day and no moment, such as `{DAY}`"))),
        },
    };
    let zoned = moved(zoned?, offset)?;
    match (format, day) {
        (Some(format), _) => formatted(&zoned, format),
        (None, Some(_)) => Ok(zoned.date().to_string()),
        (None, None) => iso(zoned.timestamp()),
    }
}

/// How a day is written.
const DAY: &str = "2026-01-31";

fn moved(moment: Zoned, offset: Option<&str>) -> Result<Zoned, Error> {
    let Some(offset) = offset else { return Ok(moment) };
    let span: Span =
        offset.parse().map_err(|_| failed(format!("`{offset}` is no duration, such as `-1d` or `PT5M`")))?;
    moment.checked_add(span).map_err(|_| failed(format!("`{offset}` leads out of the calendar")))
}

fn formatted(moment: &Zoned, format: &str) -> Result<String, Error> {
    // Formatting by `Display` would panic on a directive that does not exist.
    jiff::fmt::strtime::format(format, moment).map_err(|error| failed(format!("`{format}` is no date format: {error}")))
}

/// To the millisecond, which is what other systems read.
fn iso(moment: Timestamp) -> Result<String, Error> {
    let rounded = moment.round(jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc));
    rounded.map(|moment| moment.to_string()).map_err(|_| failed("the moment leads out of the calendar"))
}
