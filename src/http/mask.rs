use std::borrow::Cow;

/// Hides secrets in texts, and finds what it has put in their place.
pub trait Mask {
    /// The text with a placeholder for each secret.
    fn mask<'t>(&self, text: &'t str) -> Cow<'t, str>;

    /// Splits at the first placeholder: the text before it, the secret's name, the text after it.
    fn next_secret<'t>(&self, masked: &'t str) -> Option<(&'t str, &'t str, &'t str)>;
}
