use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take before the test is given up; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor, as a language server sees it: over standard input and output.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What the server said by itself and nobody has asked for yet.
    held: Vec<Value>,
    next: i64,
    /// The documents that were opened and not closed.
    opened: Vec<String>,
    /// What `workspace/configuration` is answered, by section.
    configuration: Value,
}

impl Client {
    /// Starts a server.
    pub fn start(command: &mut Command, configuration: Value) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the server is there");
        let (send, messages) = channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, messages, held: Vec::new(), next: 0, opened: Vec::new(), configuration }
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// Whether a document is open.
    pub fn has_opened(&self, uri: &str) -> bool {
        self.opened.iter().any(|opened| opened == uri)
    }

    /// Tells something.
    pub fn notify(&mut self, method: &str, params: Value) {
        if let Some(uri) = params["textDocument"]["uri"].as_str() {
            match method {
                "textDocument/didOpen" => self.opened.push(uri.to_owned()),
                "textDocument/didClose" => self.opened.retain(|opened| opened != uri),
                _ => {}
            }
        }
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks something and gives the whole answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// Asks something and gives the result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next diagnostics of a document, at least of this version.
    pub fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let fits = |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"].as_i64().is_none_or(|known| known >= version)
        };
        loop {
            if let Some(at) = self.held.iter().position(fits) {
                return self.held.remove(at)["params"]["diagnostics"].as_array().unwrap().clone();
            }
            self.receive();
        }
    }

    /// What the server says next by a method.
    pub fn told(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.held.iter().position(|message| message["method"] == method) {
                return self.held.remove(at)["params"].clone();
            }
            self.receive();
        }
    }

    /// One message: it is held if it is none of the answers, and answered if it asks.
    fn receive(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("the server answers");
        if let Some(method) = message["method"].as_str() {
            self.held.push(message.clone());
            if let Some(id) = message.get("id") {
                let items = message["params"]["items"].as_array().cloned().unwrap_or_default();
                let sections =
                    items.iter().map(|item| self.configuration[item["section"].as_str().unwrap_or("")].clone());
                let result = if method == "workspace/configuration" { sections.collect() } else { Value::Null };
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
            }
        }
        message
    }

    /// Ends the conversation as an editor does.
    pub fn shut_down(mut self) -> ExitStatus {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Closes the server's input and waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        drop(self.input.take());
        self.child.wait().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ").map_or(Ok(length), str::parse).ok()?,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
