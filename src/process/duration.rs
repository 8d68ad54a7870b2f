use jiff::fmt::temporal::SpanParser;

/// Milliseconds of an ISO 8601 duration such as `PT4M30S` or `P5D`; a day has 24 hours.
///
/// # Errors
/// Why it is none: one fragment that reads after "is not a duration: ".
pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    // The parser of jiff is more lenient than the engine's: it takes lower case.
    if !text.starts_with('P') {
        return Err("it does not begin with `P`, as in `PT4M30S`".to_owned());
    }
    let span = SpanParser::new().parse_span(text).map_err(|error| error.to_string())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err("years and months have no fixed length".to_owned());
    }
    let hours = (i64::from(span.get_weeks()) * 7 + i64::from(span.get_days())) * 24 + i64::from(span.get_hours());
    let seconds = (hours * 60 + span.get_minutes()) * 60 + span.get_seconds();
    u64::try_from(seconds * 1000 + span.get_milliseconds()).map_err(|_| "it is negative".to_owned())
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn iso_durations_become_milliseconds() {
        assert_eq!(milliseconds("PT4M30S"), Ok(270_000));
        assert_eq!(milliseconds("P5D"), Ok(432_000_000));
        assert_eq!(milliseconds("P1W"), Ok(604_800_000));
        assert_eq!(milliseconds("P1DT2H"), Ok(93_600_000));
        assert_eq!(milliseconds("PT0.25S"), Ok(250));
        assert_eq!(milliseconds("PT0S"), Ok(0));
    }

    #[test]
    fn what_is_no_fixed_length_is_refused() {
        for text in ["", "P", "PT", "5 days", "pt5m", "P1M", "P2Y", "-PT5S", "PT-5S", "R3/PT10M", "PT5", "P5H"] {
            assert!(milliseconds(text).is_err(), "{text}");
        }
    }
}
