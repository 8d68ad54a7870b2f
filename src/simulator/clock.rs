use jiff::Timestamp;

/// An instant of a virtual clock, which runs within [`super::bound::MAX_AHEAD_MS`] of its start.
pub fn timestamp(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

/// An instant as it is written: `2026-01-31T12:00:00.000Z`.
pub fn written(ms: u64) -> String {
    format!("{:.3}", timestamp(ms))
}

/// The instant that a text says, in milliseconds.
pub fn read(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn an_instant_has_three_decimals() {
        assert_eq!(written(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(1_767_225_600_120), "2026-01-01T00:00:00.120Z");
        assert_eq!(read("2026-01-01T01:00:00.120+0100"), Some(1_767_225_600_120));
        assert!(written(u64::MAX).starts_with("9999-"));
    }
}
