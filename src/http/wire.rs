//! The connection below HTTP: listening, and the refusals the HTTP library writes by itself.
//!
//! A head that is no valid HTTP never reaches a route: the library answers it with a bare status and closes. Such an answer
//! is the last thing written on its connection and the only one of ours with these statuses and no body, so it is
//! recognised in what is written and sent as a problem like any other.

use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{ServiceFactoryExt, map_config};
use actix_web::dev::{AppConfig, fn_service};
use actix_web::http::StatusCode;
use actix_web::rt::net::{ActixStream, Ready, TcpStream};
use actix_web::web;
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::access::Access;
use super::admission::Admission;
use super::guard::RequestId;
use super::metrics::Metrics;
use super::problem::Problem;
use super::server::application;
use crate::service::Service;

/// Connections that may wait to be taken up; the standard library's listener has room for few.
const BACKLOG: i32 = 1024;
/// Connections of each thread; more wait to be taken up.
const CONNECTIONS: usize = 2_000;
/// A client that takes nothing of its answer for so long is cut off.
const STALLED: Duration = Duration::from_secs(20);

/// A server of the application with its pages on a listener, ready to run.
///
/// # Errors
/// The listener cannot be taken over.
pub fn listen(
    service: Service,
    metrics: Metrics,
    access: Access,
    listener: TcpListener,
    pages: fn(&mut web::ServiceConfig),
) -> io::Result<ServerBuilder> {
    let address = listener.local_addr()?;
    socket2::SockRef::from(&listener).listen(BACKLOG)?;
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let admission = Admission::new(&metrics, threads);
    metrics.watch(&service);
    builder.max_concurrent_connections(CONNECTIONS).listen("http", listener, move || {
        let (service, metrics, stopping) = (service.clone(), metrics.clone(), stopping.clone());
        let admission = admission.clone();
        let refusals = metrics.clone();
        let http = HttpService::build()
            .client_request_timeout(Duration::from_secs(5))
            .local_addr(address)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .h1(map_config(application(service, metrics, admission, access, pages), |()| AppConfig::default()));
        let wire = fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let wire = Wire { stream, metrics: refusals.clone(), refusal: Bytes::new(), stalled: None };
            async move { Ok((wire, peer)) }
        });
        wire.and_then(http)
    })
}

/// A connection whose bare refusals leave as problems.
struct Wire {
    stream: TcpStream,
    metrics: Metrics,
    /// What is left to write of one.
    refusal: Bytes,
    /// Ends when the client has taken nothing for too long.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    fn write_refusal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.refusal.has_remaining() {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, &self.refusal))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.refusal.advance(written),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Wire {
    /// What writing came to; a client that takes nothing is not waited for without end.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        ready!(wire.write_refusal(cx))?;
        let Some((before, refused)) = bare_refusal(bytes) else {
            let written = Pin::new(&mut wire.stream).poll_write(cx, bytes);
            return wire.in_time(cx, written);
        };
        wire.metrics.refused(refused);
        wire.refusal = [before, &problem(refused)].concat().into();
        // Taken over whole: what the socket does not take now leaves with the flush.
        match wire.write_refusal(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        ready!(wire.write_refusal(cx))?;
        Pin::new(&mut wire.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        ready!(wire.write_refusal(cx))?;
        Pin::new(&mut wire.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, into)
    }
}

impl ActixStream for Wire {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.stream, cx)
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.stream, cx)
    }
}

/// The library's longest head of this kind is shorter.
const LONGEST: usize = 256;

/// If what is written ends with a bare refusal: what stands before it, and its status.
fn bare_refusal(bytes: &[u8]) -> Option<(&[u8], StatusCode)> {
    // Answers with a body end with it, and none ends with an empty line.
    bytes.strip_suffix(b"\r\n\r\n")?;
    let tail = bytes.len().saturating_sub(LONGEST);
    let start = tail + bytes[tail..].windows(9).rposition(|window| window == b"HTTP/1.1 ")?;
    let head = std::str::from_utf8(&bytes[start..]).ok()?;
    let refused = head.get(9..12)?.parse().ok()?;
    let bare = head.lines().any(|line| line.eq_ignore_ascii_case("content-length: 0"));
    (bare && matches!(refused, 400 | 408 | 431))
        .then(|| Some((&bytes[..start], StatusCode::from_u16(refused).ok()?)))?
}

/// The whole answer. The head was not understood, so its language is not known: both are given.
fn problem(status: StatusCode) -> Vec<u8> {
    let (slug, zh, en) = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            ("header-too-large", "请求头过大或过多", "the headers are too large or too many")
        }
        StatusCode::REQUEST_TIMEOUT => {
            ("request-timeout", "请求头未在 5 秒内到达", "the head did not arrive within 5 s")
        }
        _ => {
            let zh = "请求不是有效的 HTTP/1.1：须有且只有一个 Host，长度只说一次";
            ("malformed-request", zh, "the request is not valid HTTP/1.1: one Host, and its length told once")
        }
    };
    let id = RequestId::new();
    let body = Problem::new(status, slug, format!("{zh} {en}"), en).text(true, Some(id.urn()));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n\
         content-language: zh-CN, en\r\nx-request-id: {}\r\ndate: {}\r\n\r\n",
        body.len(),
        id.hyphenated(),
        httpdate()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}

fn httpdate() -> String {
    actix_web::http::header::HttpDate::from(std::time::SystemTime::now()).to_string()
}
