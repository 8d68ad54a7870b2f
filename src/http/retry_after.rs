use std::time::Duration;

use jiff::Timestamp;

use super::request::header;

/// How long an answer asks to be left alone (`Retry-After`): seconds, or a moment, which counts from the answer's own `Date`
/// and else from `now`. What cannot be read asks for nothing.
pub fn retry_after(headers: &[(String, String)], now: Timestamp) -> Option<Duration> {
    let asked = header(headers, "retry-after")?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|moment| moment.timestamp());
    let from = header(headers, "date").and_then(moment).unwrap_or(now);
    // A moment that has passed asks for nothing more.
    Some(Duration::try_from(moment(asked)?.duration_since(from)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_moments_are_read() {
        let now: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        let of = |pairs: &[(&str, &str)]| {
            let headers: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            retry_after(&headers, now).map(|pause| pause.as_secs())
        };
        assert_eq!(of(&[("Retry-After", "120")]), Some(120));
        assert_eq!(of(&[("retry-after", " 0 ")]), Some(0));
        assert_eq!(of(&[("retry-after", "Tue, 24 Nov 2026 08:02:00 GMT")]), Some(120));
        assert_eq!(of(&[("retry-after", "Tue, 24 Nov 2026 07:02:00 GMT")]), Some(0));
        let both = [("date", "Tue, 24 Nov 2026 09:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2026 09:00:07 GMT")];
        assert_eq!(of(&both), Some(7));
        for odd in ["soon", "-5", "1.5", "99999999999999999999999", ""] {
            assert_eq!(of(&[("retry-after", odd)]), None, "{odd}");
        }
        assert_eq!(of(&[]), None);
    }
}
