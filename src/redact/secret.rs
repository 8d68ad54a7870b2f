use std::fmt;

/// Fewest characters of a secret. Shorter ones would mask ordinary text and protect nothing.
pub const MIN_CHARACTERS: usize = 4;

/// A text that must not be shown. It prints as `[secret]`; [`Secret::expose`] is the one way to read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A text is too short to be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret has at least {MIN_CHARACTERS} characters, since a shorter one cannot be kept out of reports")]
pub struct TooShort;

impl Secret {
    /// Takes a text as secret.
    ///
    /// # Errors
    /// If it has fewer than [`MIN_CHARACTERS`].
    pub fn new(text: impl Into<String>) -> Result<Self, TooShort> {
        let text = text.into();
        if text.chars().count() < MIN_CHARACTERS { Err(TooShort) } else { Ok(Self(text)) }
    }

    /// The text, to be sent to where it belongs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed_and_never_short() {
        let secret = Secret::new("hunter22").unwrap();
        assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
        assert_eq!(secret.expose(), "hunter22");
        assert_eq!(Secret::new("äöü"), Err(TooShort));
    }
}
