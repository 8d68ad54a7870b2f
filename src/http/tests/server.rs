//! A server that says whatever a test wants, well-formed or not.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What a server does with the one connection that it takes.
pub(super) enum Behaviour {
    /// Reads nothing and closes.
    Close,
    /// Reads a request, sends this and closes.
    Say(Vec<u8>),
    /// Reads nothing, sends this and closes.
    SayUnasked(Vec<u8>),
    /// Reads a request and stays silent until the other side leaves.
    Silence,
    /// Reads a request, sends this, then stays silent.
    SayThenSilence(Vec<u8>),
}

pub(super) struct Server {
    pub base: Url,
    /// The request that was read, with its body as far as it came with the announced length.
    pub request: JoinHandle<Vec<u8>>,
}

impl Server {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = Url::parse(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("a URL");
        let request = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            serve(&mut socket, behaviour).await
        });
        Self { base, request }
    }
}

async fn serve(socket: &mut TcpStream, behaviour: Behaviour) -> Vec<u8> {
    let (said, stays) = match behaviour {
        Behaviour::Close => return Vec::new(),
        Behaviour::SayUnasked(said) => {
            let _ = socket.write_all(&said).await;
            // Closing with the other side's bytes unread would reset the connection and take ours along.
            let _ = socket.shutdown().await;
            while matches!(socket.read(&mut [0; 64]).await, Ok(read) if read > 0) {}
            return Vec::new();
        }
        Behaviour::Say(said) => (said, false),
        Behaviour::Silence => (Vec::new(), true),
        Behaviour::SayThenSilence(said) => (said, true),
    };
    let request = read_request(socket).await;
    // The client may have left already, which is what some tests are about.
    let _ = socket.write_all(&said).await;
    let _ = socket.flush().await;
    while stays && matches!(socket.read(&mut [0; 64]).await, Ok(read) if read > 0) {}
    request
}

/// Reads a head, and a body as long as it announces or until the last chunk.
pub(super) async fn read_request(socket: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut read = Vec::new();
    let mut buffer = [0; 8192];
    while !is_whole(&read) {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
    read
}

fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let body = read.len() - head.len() - 4;
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(!head.contains("chunked") || text.ends_with("0\r\n\r\n"), |length| {
        length.parse::<usize>().is_ok_and(|length| body >= length)
    })
}

/// An answer with a body and its length.
pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
