use serde_json::json;

use crate::event::BodyRecord;

/// A body as the page has it, as JSON: as the events do, and shortened to its beginning where its JSON or text is longer than
/// `limit` bytes.
pub(super) fn capped(body: &BodyRecord, limit: usize) -> String {
    let cut = |text: &str, bytes: &u64| {
        let text = &text[..text.floor_char_boundary(limit)];
        json!({ "kind": "text", "text": text, "bytes": bytes, "cut": true }).to_string()
    };
    match body {
        BodyRecord::Json { value, bytes } => {
            let text = value.to_string();
            if text.len() <= limit {
                return format!(r#"{{"kind":"json","value":{text},"bytes":{bytes}}}"#);
            }
            // On lines, since nothing can set on lines what is cut.
            cut(&serde_json::to_string_pretty(value).unwrap_or(text), bytes)
        }
        BodyRecord::Text { text, bytes, .. } if text.len() > limit => cut(text, bytes),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn told(body: &BodyRecord, limit: usize) -> Value {
        serde_json::from_str(&capped(body, limit)).expect("JSON")
    }

    #[test]
    fn long_bodies_are_cut_between_characters_and_say_so() {
        let body = BodyRecord::Json { value: json!({ "name": "äöü".repeat(20) }), bytes: 900 };
        let cut = told(&body, 32);
        assert_eq!(cut, json!({ "kind": "text", "text": "{\n  \"name\": \"äöüäöüäöü", "bytes": 900, "cut": true }));
        assert_eq!(told(&body, 500), serde_json::to_value(&body).expect("JSON"));
        let text = BodyRecord::Text { text: "äöü".to_owned(), bytes: 6, cut: false };
        assert_eq!(told(&text, 3)["text"], "ä");
        assert_eq!(told(&text, 6), serde_json::to_value(&text).expect("JSON"));
    }
}
