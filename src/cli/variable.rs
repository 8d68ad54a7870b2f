use serde_json::Value;

use crate::diagnostic::Diagnostics;
use crate::scenario::is_id;
use crate::source::Sources;
use crate::yaml::{Scalar, ScalarStyle};

/// Reads `NAME=VALUE`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_variable(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, such as `country=us`")?;
    if !is_id(name) {
        return Err(format!("`{name}` is no name of a variable"));
    }
    Ok((name.to_owned(), read_scalar(value)))
}

/// A value as a YAML scalar: `748` is a number, `"748"` is text. What stands in quotes that do not close is text.
fn read_scalar(text: &str) -> Value {
    let plain = || Scalar { text: text.to_owned(), style: ScalarStyle::Plain }.value();
    if !text.starts_with(['"', '\'']) {
        return plain();
    }
    let mut sources = Sources::new();
    let file = sources.add("--var", text);
    let node = crate::yaml::parse(&sources, file, &mut Diagnostics::new());
    node.and_then(|node| node.as_scalar().map(Scalar::value)).unwrap_or_else(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_in_yaml() {
        let value = |text| parse_variable(text).map(|(_, value)| value);
        assert_eq!(value("n=748"), Ok(748.into()));
        assert_eq!(value("on=true"), Ok(true.into()));
        assert_eq!(value("zip=0755"), Ok("0755".into()));
        assert_eq!(value("n='748'"), Ok("748".into()));
        assert_eq!(value("n=\"a=b\""), Ok("a=b".into()));
        assert_eq!(value("nothing="), Ok(Value::Null));
        assert!(value("first-name=x").is_err() && value("x").is_err());
    }
}
