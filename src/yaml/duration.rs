use std::time::Duration;

use super::{Node, Notation};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Spanned;

/// The longest length of time that may be given: 366 days.
pub const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How lengths of time are written. What does not match is none; what matches can still be too long.
pub static DURATION: Notation = Notation {
    about: "a length of time such as `30s`, `2m 30s` or `PT30M`",
    pattern: concat!(
        r"^[+-]?(?:",
        r"[pP][0-9.,wWdD]*(?:[tT][0-9.,hHmMsS]+)?",
        r"|(?:[0-9]+(?:[.,][0-9]+)?[ \t\n\r\f]*(?:w(?:ee)?ks?|w|d(?:ays?)?|h(?:ou)?rs?|h|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?",
        r"|m(?:illi(?:second)?|sec)s?|ms|micro(?:second)?s?|[uµ]s(?:ecs?)?|n(?:ano(?:second)?|sec)s?|ns),?[ \t\n\r\f]*)+",
        r"(?:[0-9]+:[0-9]+:[0-9]+(?:[.,][0-9]+)?)?",
        r"|[0-9]+:[0-9]+:[0-9]+(?:[.,][0-9]+)?",
        r")[ \t\n\r\f]*$"
    ),
};

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_of_time_are_read_in_both_notations() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("250ms", 250),
            ("1.5s", 1_500),
            ("2m 30s", 150_000),
            ("2m30s", 150_000),
            ("1h", 3_600_000),
            ("1d", 86_400_000),
            ("0s", 0),
            ("PT30M", 1_800_000),
            ("PT4M30S", 270_000),
            ("P1DT1H", 90_000_000),
            ("P1W", 604_800_000),
            ("P366D", 31_622_400_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for (text, why) in [
            ("", "it is no length of time"),
            ("30", "it is no length of time"),
            ("soon", "it is no length of time"),
            ("30 parsecs", "it is no length of time"),
            ("P1M", "months and years have no fixed length"),
            ("1y", "months and years have no fixed length"),
            ("-30s", "it must not be negative"),
            ("P367D", "it is longer than 366 days"),
            ("9999999h", "it is longer than 366 days"),
        ] {
            assert_eq!(parse_duration(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_notation_refuses_what_is_no_length_of_time() {
        let notation = regex::Regex::new(DURATION.pattern).unwrap();
        for text in ["", "30", "soon", "30 parsecs", "1 month", "P1M", "P1Y", "1y", "1s2", "s", "PT", "1:2"] {
            assert!(!notation.is_match(text), "{text}");
        }
    }

    /// Texts that look like lengths of time. Years, months and "ago" have no place in the notation, whatever their number.
    fn lengths() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "w",
            "wk",
            "weeks",
            "week",
            "d",
            "day",
            "days",
            "h",
            "hr",
            "hours",
            "m",
            "min",
            "mins",
            "minutes",
            "s",
            "sec",
            "secs",
            "seconds",
            "ms",
            "milli",
            "millis",
            "milliseconds",
            "msec",
            "us",
            "µs",
            "usecs",
            "micros",
            "microsecond",
            "ns",
            "nanos",
            "nsec",
            "nanoseconds",
            " ",
            ", ",
            "P",
            "T",
            "D",
            "H",
            "M",
            "S",
            "W",
            "1",
            "30",
            "0",
            ".5",
            ",5",
            "-",
            "+",
            "00:01:30",
            "1:2:3.5",
        ]);
        prop::collection::vec(word, 1..8).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn the_notation_takes_every_length_of_time(text in lengths()) {
            if parse_duration(&text).is_ok() {
                prop_assert!(regex::Regex::new(DURATION.pattern).unwrap().is_match(&text), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+PT0-9.YMWDHSdhms a]{0,30}") {
            let _ = parse_duration(&text).map(|length| assert!(length <= MAX_DURATION));
        }
    }
}
