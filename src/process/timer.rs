use super::Timer;
use super::duration::milliseconds;

impl Timer {
    /// Reads a duration such as `PT4M30S`.
    ///
    /// # Errors
    /// Why it is none: one fragment that reads after "is not a duration: ".
    pub(super) fn duration(text: &str) -> Result<Self, String> {
        milliseconds(text).map(Self::After)
    }

    /// Reads a date such as `2030-01-01T00:00:00Z`.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn date(text: &str) -> Result<Self, String> {
        let at: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
        u64::try_from(at.as_millisecond()).map(Self::At).map_err(|_| "it lies before 1970".to_owned())
    }

    /// Reads a repeated duration such as `R3/PT10M`, or `R/PT10M` without end.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn cycle(text: &str) -> Result<Self, String> {
        let (times, period) = text
            .strip_prefix('R')
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| "it does not begin with `R` and a `/`, as in `R3/PT10M`".to_owned())?;
        let times = match times {
            "" => None,
            number => Some(number.parse().map_err(|_| format!("`{number}` is no number of times"))?),
        };
        match milliseconds(period)? {
            0 => Err("it repeats without time passing".to_owned()),
            period => Ok(Self::Every { period, times }),
        }
    }

    /// Reads what an expression gave: any of these.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn computed(text: &str) -> Result<Self, String> {
        match text.trim() {
            text if text.starts_with('R') => Self::cycle(text),
            text if text.starts_with(|first: char| first.is_ascii_digit()) => Self::date(text),
            text => Self::duration(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timer;

    #[test]
    fn dates_and_cycles_are_read() {
        assert_eq!(Timer::date("1970-01-01T00:00:01Z"), Ok(Timer::At(1000)));
        assert_eq!(Timer::date("1970-01-01T01:00:01+01:00"), Ok(Timer::At(1000)));
        assert_eq!(Timer::cycle("R3/PT10M"), Ok(Timer::Every { period: 600_000, times: Some(3) }));
        assert_eq!(Timer::cycle("R/PT1S"), Ok(Timer::Every { period: 1000, times: None }));
        assert_eq!(Timer::computed(" R/PT1S "), Timer::cycle("R/PT1S"));
        assert_eq!(Timer::computed("2030-01-01T00:00:00Z"), Timer::date("2030-01-01T00:00:00Z"));
        assert_eq!(Timer::computed("PT1S"), Ok(Timer::After(1000)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2030-01-01", "1969-12-31T23:59:59Z", "tomorrow"] {
            assert!(Timer::date(text).is_err(), "{text}");
        }
        for text in
            ["", "PT10M", "R3", "R-1/PT1S", "Rx/PT1S", "R3/PT0S", "R99999999999/PT1S", "R3/2030-01-01T00:00:00Z/PT1S"]
        {
            assert!(Timer::cycle(text).is_err(), "{text}");
        }
        assert!(Timer::computed("soon").is_err());
    }
}
