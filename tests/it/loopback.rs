//! Servers on the loopback interface that do as a test says.

use std::io::{BufRead, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::project::TestProject;

/// A server that does `answer` with every connection, until the test's process ends.
pub fn server(answer: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    address
}

/// Answers once the request's head has come.
pub fn answering(answer: impl AsRef<[u8]> + Send + 'static) -> SocketAddr {
    server(move |mut stream| {
        let mut head = [0; 4096];
        let _ = stream.read(&mut head);
        let _ = stream.write_all(answer.as_ref());
    })
}

/// A server that answers each connection on a thread of its own, by the first line of its request; what has no answer is held open.
pub fn answering_in_threads(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> SocketAddr {
    let answer = std::sync::Arc::new(answer);
    server(move |mut stream| {
        let answer = std::sync::Arc::clone(&answer);
        std::thread::spawn(move || {
            let request = read(&mut stream);
            let text = String::from_utf8_lossy(&request);
            match answer(text.lines().next().unwrap_or_default()) {
                Some(answer) => drop(stream.write_all(&answer)),
                // Until the client goes.
                None => drop(stream.read(&mut [0; 1])),
            }
        });
    })
}

/// An answer.
pub fn http(status: &str, media: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A JSON answer with further header lines.
pub fn json(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

/// What a scripted server does with one request.
pub enum Turn {
    /// Reads it and closes without a word.
    Cut,
    /// Answers.
    Say(Vec<u8>),
    /// Hands it on and answers with what comes.
    Pass,
    /// Hands it on, and closes without a word when the answer has come.
    PassAndCut,
}

/// A server that does with the `n`-th request (from 0) whose first line is given what `turn` says, and hands on to another.
pub fn scripted(upstream: Option<SocketAddr>, turn: impl Fn(usize, &str) -> Turn + Send + 'static) -> SocketAddr {
    let count = AtomicUsize::new(0);
    server(move |mut stream| {
        let request = read(&mut stream);
        let text = String::from_utf8_lossy(&request);
        let line = text.lines().next().unwrap_or_default().to_owned();
        if line.is_empty() {
            return;
        }
        // The handshake is not the scenario's.
        let number = if line.contains("/_flowproof") { usize::MAX } else { count.fetch_add(1, Ordering::Relaxed) };
        let turn = if number == usize::MAX && upstream.is_some() { Turn::Pass } else { turn(number, &line) };
        let passed = || upstream.map(|upstream| pass(upstream, &request)).unwrap_or_default();
        match turn {
            Turn::Cut => {}
            Turn::Say(answer) => drop(stream.write_all(&answer)),
            Turn::Pass => drop(stream.write_all(&passed())),
            Turn::PassAndCut => drop(passed()),
        }
    })
}

/// A simulator that does not say that it is one, which is an engine like any other; and the heads of the requests that come.
pub fn engine(simulator: SocketAddr) -> (SocketAddr, std::sync::mpsc::Receiver<String>) {
    let (sender, heads) = std::sync::mpsc::channel();
    let address = server(move |mut stream| {
        let request = read(&mut stream);
        let head = String::from_utf8_lossy(&request).split("\r\n\r\n").next().unwrap_or_default().to_owned();
        let answer = match head.contains("/_flowproof") {
            true => http("404 Not Found", "text/plain", b"there is nothing"),
            false => pass(simulator, &request),
        };
        let _ = sender.send(head);
        let _ = stream.write_all(&answer);
    });
    (address, heads)
}

/// A whole request: its head, and a body as long as it announces.
fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let head = request.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            if request.len() >= head + length.map_or(0, |length| length.parse().unwrap()) {
                return request;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return request,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}

/// A server that answers every request in the same way, with the requests that it has got.
pub fn recording(answer: Vec<u8>) -> (SocketAddr, Arc<Mutex<Vec<Vec<u8>>>>) {
    let got: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let all = Arc::clone(&got);
    let address = server(move |mut stream| {
        all.lock().unwrap().push(read(&mut stream));
        drop(stream.write_all(&answer));
    });
    (address, got)
}

fn pass(upstream: SocketAddr, request: &[u8]) -> Vec<u8> {
    let head = request.windows(2).position(|bytes| bytes == b"\r\n").unwrap() + 2;
    let mut onward = TcpStream::connect(upstream).unwrap();
    onward.write_all(&[&request[..head], b"connection: close\r\n", &request[head..]].concat()).unwrap();
    let mut answer = Vec::new();
    onward.read_to_end(&mut answer).unwrap();
    // One connection, one request: nothing is to be sent on a connection that is about to close.
    let head = answer.windows(2).position(|bytes| bytes == b"\r\n").unwrap() + 2;
    match String::from_utf8_lossy(&answer).to_ascii_lowercase().contains("connection: close") {
        true => answer,
        false => [&answer[..head], b"connection: close\r\n", &answer[head..]].concat(),
    }
}

/// A simulator of the shipped process in a process of its own; it ends with the value.
pub struct Simulator {
    child: Child,
    pub address: SocketAddr,
    _project: TestProject,
}

impl Simulator {
    /// The key that it accepts.
    pub const KEY: &str = "flowproof-simulator-key";

    pub fn start() -> Self {
        Self::of(TestProject::bare())
    }

    /// One that plays the processes of a project.
    pub fn of(project: TestProject) -> Self {
        Self::with(project, &[])
    }

    /// The same, with further arguments.
    pub fn with(project: TestProject, further: &[&str]) -> Self {
        let mut command = project.command(&[&["simulate", "--listen", "127.0.0.1:0"], further].concat());
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().parse().unwrap();
        Self { child, address, _project: project }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An engine that accepts every request, and does `call` with the URL that it is to call back.
pub fn calling_back(call: impl Fn(&str, &serde_json::Value) + Send + 'static) -> SocketAddr {
    server(move |mut stream| {
        let request = read(&mut stream);
        let text = String::from_utf8_lossy(&request).into_owned();
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let Ok(asked) = serde_json::from_str::<serde_json::Value>(body) else {
            return drop(stream.write_all(&http("404 Not Found", "text/plain", b"there is nothing")));
        };
        let _ = stream.write_all(&json("202 Accepted", "connection: close\r\n", "{}"));
        drop(stream);
        call(asked["callback"].as_str().unwrap(), &asked);
    })
}

/// Posts a body to a URL; gives the status.
pub fn post(url: &str, body: &[u8]) -> u16 {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\nx-engine: made-up\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
