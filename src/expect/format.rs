use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A notation that a text may have to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `123e4567-e89b-12d3-a456-426614174000` (RFC 9562), any version, in 36 characters.
    Uuid,
    /// `2026-01-31` (RFC 3339 full-date).
    Date,
    /// `12:30:00`, optionally with a fraction.
    Time,
    /// `2026-01-31T12:30:00Z` or with an offset (RFC 3339 date-time).
    DateTime,
    /// `P1DT2H` (ISO 8601).
    Duration,
    /// `name@host.example`.
    Email,
    /// An absolute URI, such as `https://host/path` or `urn:x:y`.
    Uri,
    /// `192.0.2.1`.
    Ipv4,
    /// `2001:db8::1`.
    Ipv6,
    /// Base64 with padding (RFC 4648, section 4), not empty.
    Base64,
    /// A text that holds one JSON value.
    Json,
}

impl Format {
    /// Every format with its name in scenarios and how it is called in sentences.
    pub const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Uuid, "uuid", "a UUID"),
        (Self::Date, "date", "a date such as 2026-01-31"),
        (Self::Time, "time", "a time such as 12:30:00"),
        (Self::DateTime, "date-time", "a date and time such as 2026-01-31T12:30:00Z"),
        (Self::Duration, "duration", "a duration such as PT30S"),
        (Self::Email, "email", "an e-mail address"),
        (Self::Uri, "uri", "a URI"),
        (Self::Ipv4, "ipv4", "an IPv4 address"),
        (Self::Ipv6, "ipv6", "an IPv6 address"),
        (Self::Base64, "base64", "base64"),
        (Self::Json, "json", "JSON in a text"),
    ];

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(format, ..)| *format)
    }

    pub(super) fn phrase(self) -> &'static str {
        Self::ALL.iter().find(|(format, ..)| *format == self).map_or("", |(_, _, phrase)| phrase)
    }

    /// Whether a text is in this notation.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Uuid => text.len() == 36 && text.parse::<uuid::Uuid>().is_ok(),
            Self::Date => matches!(Moment::read(text), Some(Moment::Date(_))),
            Self::Time => matches!(Moment::read(text), Some(Moment::Time(_))),
            Self::DateTime => matches!(Moment::read(text), Some(Moment::Instant(_))),
            Self::Duration => {
                let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
                unsigned.starts_with('P') && text.parse::<jiff::Span>().is_ok()
            }
            Self::Email => is_email(text),
            Self::Uri => text.is_ascii() && !text.contains(' ') && url::Url::parse(text).is_ok(),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Base64 => !text.is_empty() && BASE64_STANDARD.decode(text).is_ok(),
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        }
    }
}

/// One `@`, something without spaces before it, a domain of labels after it. RFC 5322 allows more than any service does.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@,;<>()[]\\\"".contains(c);
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// A text that is a date, a time or both, so that it can be ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    Date(jiff::civil::Date),
    Time(jiff::civil::Time),
    /// A date and time without an offset.
    Local(jiff::civil::DateTime),
    Instant(jiff::Timestamp),
}

impl Moment {
    /// Reads the extended notations of ISO 8601 that RFC 3339 allows; the parser alone would accept more.
    pub(super) fn read(text: &str) -> Option<Self> {
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        let time = |shape: &str| {
            let fraction = shape.strip_prefix("99:99:99").map(|rest| rest.strip_prefix('.').unwrap_or(rest));
            fraction.is_some_and(|rest| {
                rest.chars().all(|c| c == '9') && (rest.is_empty() != shape.contains('.')) && rest.len() <= 9
            })
        };
        if shape == "9999-99-99" {
            return text.parse().ok().map(Self::Date);
        }
        if time(&shape) {
            return text.parse().ok().map(Self::Time);
        }
        let clock = shape.strip_prefix("9999-99-99").and_then(|rest| rest.strip_prefix(['T', 't']))?;
        if time(clock) {
            return text.parse().ok().map(Self::Local);
        }
        let zone = ["Z", "z", "+99:99", "-99:99"].iter().find_map(|zone| clock.strip_suffix(zone))?;
        if time(zone) { text.parse().ok().map(Self::Instant) } else { None }
    }

    /// The order of two moments of the same kind.
    pub(super) fn compare(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Local(a), Self::Local(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Date(_) => "a date",
            Self::Time(_) => "a time",
            Self::Local(_) => "a date and time without an offset",
            Self::Instant(_) => "a date and time with an offset",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_accepts_and_refuses() {
        for (name, good, bad) in [
            (
                "uuid",
                &["123e4567-e89b-12d3-a456-426614174000"][..],
                &["123e4567e89b12d3a456426614174000", "x", "{123e4567-e89b-12d3-a456-4266141740}"][..],
            ),
            ("date", &["2026-01-31", "2024-02-29"], &["2026-02-29", "2026-1-3", "20260131", "2026-01-31T00:00:00Z"]),
            ("time", &["12:30:00", "00:00:00.123"], &["24:00:00", "12:30", "12:30:00.", "123000"]),
            (
                "date-time",
                &["2026-01-31T12:30:00Z", "2026-01-31T12:30:00.5+02:00"],
                &["2026-01-31T12:30:00", "2026-01-31", "2026-13-01T00:00:00Z", "2026-01-31 12:30:00Z"],
            ),
            ("duration", &["PT30S", "P1DT2H", "-P1D"], &["30s", "P", "1h", ""]),
            ("email", &["a.b+c@host.example"], &["a@b", "a b@c.de", "@c.de", "a@c..de", "a", "a@-c.de"]),
            ("uri", &["https://host/p?q#f", "urn:a:b"], &["/path", "host", "http://a b", ""]),
            ("ipv4", &["192.0.2.1"], &["192.0.2", "256.0.0.1", "::1"]),
            ("ipv6", &["::1", "2001:db8::1"], &["192.0.2.1", ":::"]),
            ("base64", &["aGk=", "aGkh"], &["aGk", "a*==", ""]),
            ("json", &["{\"a\": [1]}", "null"], &["{a: 1}", "1 2", ""]),
        ] {
            let format = Format::named(name).unwrap();
            good.iter().for_each(|text| assert!(format.accepts(text), "{name} should accept {text}"));
            bad.iter().for_each(|text| assert!(!format.accepts(text), "{name} should refuse {text}"));
        }
    }

    #[test]
    fn moments_of_one_kind_are_ordered() {
        let order = |a, b| Moment::read(a)?.compare(&Moment::read(b)?);
        assert_eq!(order("2026-01-31", "2026-02-01"), Some(std::cmp::Ordering::Less));
        let (a, b) = ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z");
        assert_eq!(order(a, b), Some(std::cmp::Ordering::Equal));
        assert_eq!(order("2026-01-31", "2026-01-31T10:00:00Z"), None);
        assert_eq!(order("abc", "abd"), None);
    }
}
