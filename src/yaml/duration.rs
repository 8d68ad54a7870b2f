use std::time::Duration;

use super::{Fields, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Spanned;

/// The longest length of time that may be given: 366 days.
pub const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Reads a length of time: `90s`, `2m 30s`, `1h`, `250ms`, or ISO 8601 as in `PT30M` and `P1D`, where a day has 24 hours.
/// Months and years have no fixed length and are refused.
///
/// # Errors
/// What is wrong, as the end of a sentence.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let span: jiff::Span = text.parse().map_err(|_| "it is no length of time".to_owned())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err("months and years have no fixed length".to_owned());
    }
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok();
    let length = length.and_then(|length| Duration::try_from(length).ok()).ok_or("it must not be negative")?;
    if length > MAX_DURATION {
        return Err(format!("it is longer than {} days", MAX_DURATION.as_secs() / 86_400));
    }
    Ok(length)
}

impl Node {
    /// Reads a length of time ([`parse_duration`]).
    pub fn duration(&self, what: &str, found: &mut Diagnostics) -> Option<Spanned<Duration>> {
        let text = self.text(what, found)?;
        match parse_duration(&text) {
            Ok(length) => Some(Spanned::new(length, self.span)),
            Err(why) => {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("{what} must be a length of time: {why}"));
                found.push(one.label(self.span, "expected such as `30s`, `5m` or `PT30M`"));
                None
            }
        }
    }
}

impl Fields<'_> {
    /// The length of time of a key.
    pub fn duration(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<Duration>> {
        self.optional(key)?.duration(&format!("`{key}`"), found)
    }
}
