//! A network between a replica and its database that can be cut, and cut one way.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// Everything.
    Whole,
    /// Nothing; neither side is told.
    Cut,
    /// Requests arrive and are carried out; their answers do not.
    OneWay,
}

/// A way to a port of this machine.
pub(crate) struct Proxy {
    network: Arc<watch::Sender<Network>>,
    pub(crate) port: u16,
}

impl Proxy {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let network = Arc::new(watch::Sender::new(Network::Whole));
        let set = Arc::clone(&network);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                for stream in [&client, &server] {
                    let _ = stream.set_nodelay(true);
                }
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                let there = |network: &Network| *network != Network::Cut;
                let back = |network: &Network| *network == Network::Whole;
                tokio::spawn(carry(from_client, to_server, set.subscribe(), there));
                tokio::spawn(carry(from_server, to_client, set.subscribe(), back));
            }
        });
        Self { network, port: own }
    }

    pub(crate) fn be(&self, network: Network) {
        self.network.send_replace(network);
    }
}

/// Carries bytes while that way is open; else they wait, as in a network that drops and sends again.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut network: watch::Receiver<Network>,
    open: impl Fn(&Network) -> bool,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if network.wait_for(&open).await.is_err() || to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
