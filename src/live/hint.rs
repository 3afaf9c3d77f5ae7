//! "Look now" by Redis. It only ever saves time: what counts is read from the log, and a replica looks without it too.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::redis::{PATIENCE, Redis};

/// A subscription that was silent for so long is made anew: the other end may be gone without a word.
const SILENCE: Duration = Duration::from_secs(60);
/// Between two tries.
const PAUSE: (u64, u64) = (100, 5_000);

/// Where to say and hear that there is something new.
#[derive(Clone)]
pub struct Hint {
    redis: Redis,
    channel: String,
}

impl Hint {
    /// By this Redis.
    pub fn new(redis: Redis) -> Self {
        let channel = format!("{}:head", redis.namespace);
        Self { redis, channel }
    }

    /// Says every new value of `head`, and wakes `look` at everything that is heard and after each new subscription. Ends
    /// when `head` is dropped.
    pub fn start(self, head: watch::Receiver<u64>, look: Arc<Notify>) {
        let (saying, closed) = (self.clone(), head.clone());
        tokio::spawn(async move { saying.say(head).await });
        tokio::spawn(async move { self.hear(closed, look).await });
    }

    async fn say(&self, mut head: watch::Receiver<u64>) {
        let (mut connection, mut pause, mut turn) = (None, Pause::default(), 0);
        while head.changed().await.is_ok() {
            let seq = *head.borrow_and_update();
            let said = async {
                let mut open = match connection.take() {
                    Some(open) => open,
                    None => self.redis.node(turn).await?,
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
                // The newest head is said, to the next node if there are several, after the pause; the others find what is older by themselves.
                Ok(Err(error)) => pause.begin(&error.to_string()).await,
                Err(_) => pause.begin("no answer").await,
            }
            turn += usize::from(connection.is_none());
        }
    }

    async fn hear(&self, mut closed: watch::Receiver<u64>, look: Arc<Notify>) {
        let (mut pause, ours, mut turn) = (Pause::default(), closed.clone(), 0);
        let hearing = async {
            loop {
                let heard = async {
                    let mut heard = timeout(PATIENCE, self.redis.listener(turn))
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
                turn += 1;
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
