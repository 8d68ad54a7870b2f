use serde_json::{Map, Value};

/// Most values of a tree that [`excerpt`] keeps.
pub const MAX_EXCERPT_VALUES: usize = 500;
/// Most characters of one text that [`excerpt`] keeps.
pub const MAX_EXCERPT_TEXT: usize = 2_000;

/// A value as JSON on one line of at most about `limit` characters; what is left out is counted.
///
/// ```
/// use flowproof::expect::shown;
/// assert_eq!(shown(&serde_json::json!([1, 2, 3, 4, 5, 6]), 12), "[1, 2, 3, 4, … 2 more]");
/// ```
pub fn shown(value: &Value, limit: usize) -> String {
    let mut writer = Writer { text: String::new(), left: limit };
    writer.value(value);
    writer.text
}

struct Writer {
    text: String,
    left: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.left = self.left.saturating_sub(text.chars().count());
        self.text.push_str(text);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.string(text),
            Value::Array(items) => self.many("[", "]", items.len(), items.iter().map(|item| (None, item))),
            Value::Object(members) => {
                let pairs = members.iter().map(|(name, item)| (Some(name.as_str()), item));
                self.many("{", "}", members.len(), pairs);
            }
            other => self.push(&other.to_string()),
        }
    }

    /// Recursion ends with the budget at the latest: each level writes a bracket.
    fn many<'a>(
        &mut self,
        open: &str,
        close: &str,
        count: usize,
        items: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    ) {
        self.push(open);
        for (at, (name, item)) in items.enumerate() {
            if at > 0 {
                self.push(", ");
            }
            if self.left == 0 {
                self.push(&format!("… {} more", count - at));
                break;
            }
            if let Some(name) = name {
                self.string(name);
                self.push(": ");
            }
            self.value(item);
        }
        self.push(close);
    }

    fn string(&mut self, text: &str) {
        let room = self.left.max(8);
        match text.char_indices().nth(room) {
            None => self.push(&quoted(text)),
            Some((end, _)) => {
                let count = text.chars().count();
                self.push(&format!("{}… ({count} characters)", quoted(&text[..end])));
            }
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Two texts cut to `limit` characters around their first difference, so that the difference is seen in both.
pub fn around(a: &str, b: &str, limit: usize) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| {
        let count = text.chars().count();
        if count <= limit {
            return quoted(text);
        }
        let start = same.saturating_sub(limit / 2).min(count - limit);
        let part: String = text.chars().skip(start).take(limit).collect();
        let before = if start > 0 { "…" } else { "" };
        let after = if start + limit < count { "…" } else { "" };
        format!("{before}{}{after} ({count} characters)", quoted(&part))
    };
    (cut(a), cut(b))
}

/// A copy that is small enough to be kept for a report: at most [`MAX_EXCERPT_VALUES`] values and [`MAX_EXCERPT_TEXT`]
/// characters of each text. What is left out is replaced by a text that begins with `…` and counts it.
pub fn excerpt(value: &Value) -> Value {
    let mut left = MAX_EXCERPT_VALUES;
    cut(value, &mut left)
}

fn cut(value: &Value, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::String(text) => match text.char_indices().nth(MAX_EXCERPT_TEXT) {
            None => value.clone(),
            Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()).into(),
        },
        Value::Array(items) => {
            let mut kept = Vec::new();
            for (at, item) in items.iter().enumerate() {
                if *left == 0 {
                    kept.push(format!("… {} more", items.len() - at).into());
                    break;
                }
                kept.push(cut(item, left));
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let mut kept = Map::new();
            for (at, (name, item)) in members.iter().enumerate() {
                if *left == 0 {
                    kept.insert("…".to_owned(), format!("… {} more", members.len() - at).into());
                    break;
                }
                kept.insert(name.clone(), cut(item, left));
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_on_one_line_and_cut() {
        assert_eq!(shown(&json!({"a": [1, "x", null], "é": true}), 100), r#"{"a": [1, "x", null], "é": true}"#);
        assert_eq!(shown(&json!({"a": 1, "b": 2, "c": 3}), 12), r#"{"a": 1, "b": 2, … 1 more}"#);
        assert_eq!(shown(&json!("é".repeat(30)), 10), format!("\"{}\"… (30 characters)", "é".repeat(10)));
        let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(shown(&deep, 3), "[[[… 1 more]]]");
    }

    #[test]
    fn long_texts_are_cut_around_their_difference() {
        let (a, b) = (format!("{}x{}", "a".repeat(50), "b".repeat(50)), format!("{}y", "a".repeat(50)));
        let (a, b) = around(&a, &b, 10);
        assert_eq!(
            (a.as_str(), b.as_str()),
            (r#"…"aaaaaxbbbb"… (101 characters)"#, r#"…"aaaaaaaaay" (51 characters)"#)
        );
        assert_eq!(around("a", "b", 10), ("\"a\"".to_owned(), "\"b\"".to_owned()));
    }

    #[test]
    fn an_excerpt_is_bounded_and_counts_what_is_missing() {
        let list: Vec<u32> = (0..1000).collect();
        let kept = excerpt(&json!(list));
        assert_eq!(kept.as_array().unwrap().len(), MAX_EXCERPT_VALUES);
        assert_eq!(kept[MAX_EXCERPT_VALUES - 1], json!("… 501 more"));
        assert_eq!(excerpt(&json!({"a": [1]})), json!({"a": [1]}));
    }
}
