//! Bodies that take their time: in the end they are given up, and meanwhile they keep nobody out.

use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest};

use super::admission::Turn;
use super::problem::Problem;

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
    let reading = async { tokio::time::timeout(deadline, reading).await.map_err(|_| late())? };
    match turn {
        Some(turn) => turn.aside(reading).await,
        None => reading.await,
    }
}
