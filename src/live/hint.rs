//! "Look now" by Redis. It only ever saves time: what counts is read from the log, and a replica looks without it too.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// A subscription that was silent for so long is made anew: the other end may be gone without a word.
const SILENCE: Duration = Duration::from_secs(60);
/// Between two tries.
const PAUSE: (u64, u64) = (100, 5_000);

/// Why the address of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HintError {
    /// It is no address of Redis.
    #[error("the address of Redis cannot be used: {0}")]
    Address(String),
    /// The namespace cannot be used.
    #[error("the namespace of Redis must be 1-64 letters, digits, `-`, `_` or `.`")]
    Namespace,
}

/// Where to say and hear that there is something new.
#[derive(Clone)]
pub struct Hint {
    client: Client,
    channel: String,
}

impl Hint {
    /// Redis at `url` (`redis://` or `rediss://`); everything Zeyou says there begins with `namespace`.
    ///
    /// # Errors
    /// [`HintError`]; whether Redis answers is not asked.
    pub fn new(url: &str, namespace: &str) -> Result<Self, HintError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if namespace.is_empty() || namespace.len() > 64 || !namespace.bytes().all(good) {
            return Err(HintError::Namespace);
        }
        let client = Client::open(url).map_err(|error| HintError::Address(error.to_string()))?;
        Ok(Self { client, channel: format!("{namespace}:head") })
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), String> {
        let asked = async {
            let mut connection = self.connection().await?;
            redis::cmd("PING").query_async::<String>(&mut connection).await
        };
        match timeout(2 * PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer".to_owned()),
        }
    }

    /// Says every new value of `head`, and wakes `look` at everything that is heard and after each new subscription. Ends
    /// when `head` is dropped.
    pub fn start(self, head: watch::Receiver<u64>, look: Arc<Notify>) {
        let (saying, closed) = (self.clone(), head.clone());
        tokio::spawn(async move { saying.say(head).await });
        tokio::spawn(async move { self.hear(closed, look).await });
    }

    async fn connection(&self) -> redis::RedisResult<MultiplexedConnection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    async fn say(&self, mut head: watch::Receiver<u64>) {
        let (mut connection, mut pause) = (None, Pause::default());
        while head.changed().await.is_ok() {
            let seq = *head.borrow_and_update();
            let said = async {
                let mut open = match connection.take() {
                    Some(open) => open,
                    None => self.connection().await?,
                };
                let said: redis::RedisResult<i64> =
                    redis::cmd("PUBLISH").arg(&self.channel).arg(seq).query_async(&mut open).await;
                said.map(|_| open)
            };
            match timeout(2 * PATIENCE, said).await {
                Ok(Ok(open)) => {
                    connection = Some(open);
                    pause.over("Redis hears again");
                }
                // The newest head is said after the pause; the others find what is older by themselves.
                Ok(Err(error)) => pause.begin(&error.to_string()).await,
                Err(_) => pause.begin("no answer").await,
            }
        }
    }

    async fn hear(&self, mut closed: watch::Receiver<u64>, look: Arc<Notify>) {
        let (mut pause, ours) = (Pause::default(), closed.clone());
        let hearing = async {
            loop {
                let heard = async {
                    let mut heard = timeout(PATIENCE, self.client.get_async_pubsub())
                        .await
                        .map_err(|_| redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))??;
                    timeout(PATIENCE, heard.subscribe(&self.channel))
                        .await
                        .map_err(|_| redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))??;
                    pause.over("Redis is heard again");
                    // Something may have been said before.
                    look.notify_one();
                    let mut messages = heard.into_on_message();
                    // Whatever it says but what this process said itself, the log is looked at; a flood wakes only once.
                    while let Ok(Some(message)) = timeout(SILENCE, messages.next()).await {
                        if message.get_payload::<u64>().ok() != Some(*ours.borrow()) {
                            look.notify_one();
                        }
                    }
                    Ok::<(), redis::RedisError>(())
                };
                match heard.await {
                    Ok(()) => sleep(Duration::from_millis(PAUSE.0)).await,
                    Err(error) => pause.begin(&error.to_string()).await,
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            () = async { while closed.changed().await.is_ok() {} } => {}
        }
    }
}

/// Longer and longer pauses, told of once.
#[derive(Default)]
struct Pause(u32);

impl Pause {
    async fn begin(&mut self, why: &str) {
        if self.0 == 0 {
            tracing::warn!(why, "Redis is not there: other replicas look every half second");
        }
        let longest = (PAUSE.0 << self.0.min(6)).min(PAUSE.1);
        self.0 += 1;
        sleep(Duration::from_millis(rand::random_range(longest / 2..=longest))).await;
    }

    fn over(&mut self, what: &str) {
        if std::mem::take(&mut self.0) > 0 {
            tracing::info!("{what}");
        }
    }
}
