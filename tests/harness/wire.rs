//! A connection of which a test writes and reads every byte. Whatever the server says over it is looked through when it
//! is let go, as far as it was read: nobody who reads by himself reads past the search.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::leaks;

pub struct Wire {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Wire {
    /// To a server by its address, with or without `http://`.
    pub async fn to(url: &str) -> Self {
        Self::over(TcpStream::connect(url.trim_start_matches("http://")).await.unwrap())
    }

    /// Over a connection that was made in a way of its own.
    pub fn over(stream: TcpStream) -> Self {
        Self { stream, heard: vec![] }
    }

    /// What is there now, without waiting for more.
    pub fn try_read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.try_read(piece)?;
        self.heard.extend_from_slice(&piece[..read]);
        Ok(read)
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(cx, into);
        this.heard.extend_from_slice(&into.filled()[before..]);
        outcome
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // A test that fails already says why.
        if !std::thread::panicking() {
            leaks::search(&self.heard);
        }
    }
}
