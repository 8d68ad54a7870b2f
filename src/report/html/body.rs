use serde_json::{Value, json};

use crate::event::BodyRecord;

/// A body as the page has it: as the events do, and shortened to its beginning where its JSON or text is longer than `limit`
/// bytes.
pub(super) fn capped(body: &BodyRecord, limit: usize) -> Value {
    match body {
        BodyRecord::Json { value, bytes } => {
            let text = value.to_string();
            if text.len() <= limit {
                return json!({ "kind": "json", "value": value, "bytes": bytes });
            }
            // On lines, since nothing can set on lines what is cut.
            let text = serde_json::to_string_pretty(value).unwrap_or(text);
            json!({ "kind": "text", "text": text[..text.floor_char_boundary(limit)], "bytes": bytes, "cut": true })
        }
        BodyRecord::Text { text, bytes, .. } if text.len() > limit => {
            json!({ "kind": "text", "text": text[..text.floor_char_boundary(limit)], "bytes": bytes, "cut": true })
        }
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_cut_between_characters_and_say_so() {
        let body = BodyRecord::Json { value: json!({ "name": "äöü".repeat(20) }), bytes: 900 };
        let cut = capped(&body, 32);
        assert_eq!(cut, json!({ "kind": "text", "text": "{\n  \"name\": \"äöüäöüäöü", "bytes": 900, "cut": true }));
        assert_eq!(capped(&body, 500), serde_json::to_value(&body).expect("JSON"));
        let text = BodyRecord::Text { text: "äöü".to_owned(), bytes: 6, cut: false };
        assert_eq!(capped(&text, 3)["text"], "ä");
        assert_eq!(capped(&text, 6), serde_json::to_value(&text).expect("JSON"));
    }
}
