use std::io::{BufRead, ErrorKind, Read, Write};

use serde_json::{Value, json};

/// Longest message that is read, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// Longest line of a message's head, in bytes.
const MAX_LINE_BYTES: u64 = 4096;

/// What an editor says.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// It wants an answer.
    Request {
        /// What the answer carries again.
        id: Value,
        /// What is asked.
        method: String,
        /// About what.
        params: Value,
    },
    /// It tells something.
    Notification {
        /// What.
        method: String,
        /// About what.
        params: Value,
    },
    /// It answers. Nothing that is asked of editors changes anything.
    Response,
    /// It says nothing that can be understood, for a reason.
    Malformed(String),
}

/// Reads one message; `None` at the end. What is malformed or too long is skipped, as far as it says how long it is.
pub(super) fn read(input: &mut impl BufRead) -> Option<Incoming> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return None,
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        match line.split_once(':') {
            _ if line.is_empty() => match length {
                Some(length) => return body(input, length),
                // A line that ends nothing.
                None => continue,
            },
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => match value.trim().parse() {
                Ok(bytes) => length = Some(bytes),
                Err(_) => return Some(Incoming::Malformed(format!("`{}` is no length", value.trim()))),
            },
            // Other headers say nothing that matters; what is none is passed over until one comes.
            _ => {}
        }
    }
}

fn body(input: &mut impl BufRead, length: usize) -> Option<Incoming> {
    if length > MAX_MESSAGE_BYTES {
        let skipped = std::io::copy(&mut input.by_ref().take(length as u64), &mut std::io::sink());
        let told = format!("a message has {length} bytes, and {MAX_MESSAGE_BYTES} are read at most");
        return skipped.is_ok().then_some(Incoming::Malformed(told));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(match serde_json::from_slice::<Value>(&body) {
        Ok(message) => understand(message),
        Err(error) => Incoming::Malformed(format!("this is no JSON: {error}")),
    })
}

fn understand(mut message: Value) -> Incoming {
    let id = message.get_mut("id").map(Value::take).filter(|id| id.is_string() || id.is_number());
    let params = message.get_mut("params").map(Value::take).unwrap_or_default();
    match (message.get("method").and_then(Value::as_str), id) {
        (Some(method), Some(id)) => Incoming::Request { id, method: method.to_owned(), params },
        (Some(method), None) => Incoming::Notification { method: method.to_owned(), params },
        (None, Some(_)) => Incoming::Response,
        (None, None) => Incoming::Malformed("a message has a `method` or is an answer".to_owned()),
    }
}

/// Writes one message.
pub(super) fn write(output: &mut impl Write, mut message: Value) -> std::io::Result<()> {
    message["jsonrpc"] = json!("2.0");
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut input: &[u8]) -> Vec<Incoming> {
        std::iter::from_fn(|| read(&mut input)).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, json!({ "id": 1, "method": "a", "params": { "text": "ö😀" } })).unwrap();
        write(&mut bytes, json!({ "method": "b" })).unwrap();
        write(&mut bytes, json!({ "id": "x", "result": null })).unwrap();
        let [first, second, third] = all(&bytes).try_into().unwrap();
        let params = json!({ "text": "ö😀" });
        assert_eq!(first, Incoming::Request { id: json!(1), method: "a".to_owned(), params });
        assert_eq!(second, Incoming::Notification { method: "b".to_owned(), params: Value::Null });
        assert_eq!(third, Incoming::Response);
    }

    #[test]
    fn after_what_is_malformed_the_next_is_read() {
        let next = "Content-Length: 14\r\n\r\n{\"method\":\"a\"}";
        for wrong in
            ["Content-Length: 2\r\n\r\n{]", "Content-Length: x\r\n", "nonsense\r\n\r\n", "Content-Length: 2\r\n\r\n[]"]
        {
            let read = all(format!("{wrong}{next}").as_bytes());
            let known = Incoming::Notification { method: "a".to_owned(), params: Value::Null };
            assert_eq!(read.last(), Some(&known), "{wrong}");
        }
        let long = format!("Content-Length: {}\r\n\r\n{{", usize::MAX);
        assert!(matches!(all(long.as_bytes()).as_slice(), [Incoming::Malformed(_)]));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            all(&bytes);
            all(&[b"Content-Length: 20\r\n\r\n".as_slice(), &bytes].concat());
        }
    }
}
