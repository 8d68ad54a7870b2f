use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A listener that serves no more than so many connections at a time; further ones wait until one of them is closed.
pub(super) struct Seats {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

/// A connection that is served. Its seat is free again when it is dropped.
pub(super) struct Seat {
    stream: TcpStream,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Seats {
    pub fn new(listener: TcpListener, seats: usize) -> Self {
        Self { listener, free: Arc::new(Semaphore::new(seats)) }
    }
}

impl axum::serve::Listener for Seats {
    type Io = Seat;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Seat, SocketAddr) {
        // The semaphore is never closed, so that there is always a permit to wait for.
        let permit = self.free.clone().acquire_owned().await.ok();
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        (Seat { stream, _permit: permit }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Seat {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Seat {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use axum::serve::Listener;
    use futures_util::FutureExt;
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn a_connection_waits_until_another_is_closed() {
        let mut seats = Seats::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), 1);
        let address = seats.local_addr().unwrap();
        let (mut first, _second) =
            (TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap());
        let (seat, _) = seats.accept().await;
        {
            let mut next = std::pin::pin!(seats.accept());
            assert!(next.as_mut().now_or_never().is_none(), "there is one seat");
            drop(seat);
            next.await;
        }
        assert_eq!(first.read(&mut [0]).await.unwrap(), 0, "the first one was closed");
    }
}
