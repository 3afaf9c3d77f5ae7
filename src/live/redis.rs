//! Where Redis is: one server, or the nodes of a cluster. It holds nothing that cannot be lost.

use std::time::Duration;

use redis::aio::{MultiplexedConnection, PubSub};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisResult};
use tokio::time::timeout;

/// How long Redis may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Why the address of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedisError {
    /// It is no address of Redis.
    #[error("the address of Redis cannot be used: {0}")]
    Address(String),
    /// The namespace cannot be used.
    #[error("the namespace of Redis must be 1-64 letters, digits, `-`, `_` or `.`")]
    Namespace,
}

/// Where Redis is, and what everything of ours there begins with.
#[derive(Clone)]
pub struct Redis {
    nodes: Vec<Client>,
    /// If several nodes are named: who knows which of them holds a key.
    cluster: Option<ClusterClient>,
    pub(super) namespace: String,
}

/// A connection on which keys can be read and written, wherever they lie. Cloning shares it.
#[derive(Clone)]
pub(super) enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    pub(super) async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::One(connection) => command.query_async(connection).await,
            Self::Cluster(connection) => command.query_async(connection).await,
        }
    }
}

impl Redis {
    /// Redis at `addresses` (`redis://` or `rediss://`, several nodes of a cluster separated by commas); everything Zeyou
    /// says and keeps there begins with `namespace`.
    ///
    /// # Errors
    /// [`RedisError`]; whether Redis answers is not asked.
    pub fn new(addresses: &str, namespace: &str) -> Result<Self, RedisError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if namespace.is_empty() || namespace.len() > 64 || !namespace.bytes().all(good) {
            return Err(RedisError::Namespace);
        }
        let refused = |error: redis::RedisError| RedisError::Address(error.to_string());
        let addresses: Vec<&str> = addresses.split(',').map(str::trim).collect();
        let nodes: Vec<Client> =
            addresses.iter().map(|address| Client::open(*address)).collect::<Result<_, _>>().map_err(refused)?;
        let cluster = (addresses.len() > 1).then(|| {
            let builder = ClusterClientBuilder::new(addresses).retries(1);
            builder.connection_timeout(PATIENCE).response_timeout(PATIENCE).build()
        });
        Ok(Self { nodes, cluster: cluster.transpose().map_err(refused)?, namespace: namespace.to_owned() })
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), String> {
        let asked = async {
            let mut connection = self.connection().await?;
            connection.ask::<String>(&redis::cmd("PING")).await
        };
        match timeout(2 * PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer".to_owned()),
        }
    }

    /// A connection for keys.
    pub(super) async fn connection(&self) -> RedisResult<Connection> {
        Ok(match &self.cluster {
            Some(cluster) => Connection::Cluster(cluster.get_async_connection().await?),
            None => Connection::One(self.node(0).await?),
        })
    }

    /// A connection to the node that is this one's turn: what is published at one is heard at all.
    pub(super) async fn node(&self, turn: usize) -> RedisResult<MultiplexedConnection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        self.nodes[turn % self.nodes.len()].get_multiplexed_async_connection_with_config(&config).await
    }

    /// A connection that listens, to the node that is this one's turn.
    pub(super) async fn listener(&self, turn: usize) -> RedisResult<PubSub> {
        self.nodes[turn % self.nodes.len()].get_async_pubsub().await
    }
}
