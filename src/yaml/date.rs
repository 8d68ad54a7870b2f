use jiff::civil::Date;

use super::Shaped;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Spanned;

impl Shaped<'_> {
    /// The day of a key, as in `2027-01-31`.
    pub fn date(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<Date>> {
        let text = self.text(key, found)?;
        match text.value.parse::<Date>() {
            Ok(date) => Some(Spanned::new(date, text.span)),
            Err(_) => {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no date", text.value));
                found.push(one.label(text.span, "expected such as `2027-01-31`"));
                None
            }
        }
    }
}
