//! Bodies that take their time: in the end they are given up, and meanwhile they keep nobody out.

use std::pin::pin;
use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest};

use super::admission::Turn;
use super::problem::Problem;

/// A body that was not there by then is waited for aside.
const SOON: Duration = Duration::from_millis(30);

/// What reading a body came to.
///
/// # Errors
/// Those of reading; `late` after the deadline; 503 `overloaded` if there are too many slow ones, or no place any more when this one
/// is there.
pub(crate) async fn arrive<T>(
    request: &HttpRequest,
    deadline: Duration,
    late: impl FnOnce() -> Problem,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let turn = request.extensions().get::<Turn>().cloned();
    let mut reading = pin!(tokio::time::timeout(deadline, reading));
    let reading = match (tokio::time::timeout(SOON, reading.as_mut()).await, turn) {
        (Ok(soon), _) => soon,
        (Err(_), None) => reading.await,
        (Err(_), Some(turn)) => return turn.aside(async { reading.await.map_err(|_| late())? }).await,
    };
    reading.map_err(|_| late())?
}
