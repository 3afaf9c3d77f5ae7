//! What changed, live, as server-sent events.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::metrics::Metrics;
use super::problem::{Place, Problem, respond};
use super::query::Query;
use crate::service::{Service, ServiceError};
use crate::store::Recorded;

/// In silence a comment is sent this often: it keeps proxies from closing, and shows who has gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// One message of the stream.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the document only: messages are written as text")]
struct Message {
    /// 序号 The event's seq.
    id: String,
    /// 固定为 change Always `change`.
    event: String,
    /// JSON：`seq`、`at`、`kind`、`id` As JSON: the event's `seq` and time, the kind and code of what changed.
    data: String,
}

fn message(recorded: &Recorded) -> Bytes {
    let subject = recorded.event.subject();
    let data =
        serde_json::json!({"seq": recorded.seq, "at": recorded.at, "kind": subject.kind.code(), "id": subject.id});
    Bytes::from(format!("id: {}\nevent: change\ndata: {data}\n\n", recorded.seq))
}

/// Events after `after`, each once and in order, as server-sent events named `change`. The data tell what changed, never
/// who rated how.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "events",
    summary = "实时变更 What changed, live",
    description = "序号在 `after` 之后的变更，每个一次、按序，事件名为 `change`；只说变了什么，不说谁怎样评价。\n\nServer-sent events after `after`, each once and in order, named `change`: what changed, never who rated how.",
    params(("after" = Option<u32>, Query, description = "从此序号之后开始，默认从现在 After this seq; from now on if left out")),
    responses((status = 200, description = "变更流 The stream", body = Message, content_type = "text/event-stream"), (status = 400), (status = 422)))]
pub(super) async fn events(
    request: HttpRequest,
    service: web::Data<Service>,
    metrics: web::Data<Metrics>,
) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &["after"])?;
        // Subscribed first: nothing falls between the past and the news.
        let news = service.live().news();
        let head = service.live().current().snapshot.state.seq;
        let after = query.number("after", 0, u32::MAX)?.map_or(head, u64::from);
        if after > head {
            return Err(Problem::from(ServiceError::InvalidSeq(head)).at(Place::Parameter("after".to_owned())));
        }
        let state = (service.get_ref().clone(), news, after, metrics.listener());
        let events = stream::unfold(state, |(service, mut news, mut seen, listener)| async move {
            loop {
                let past = service.store().events(seen, 500).await.ok()?;
                let served = service.live().current().snapshot.state.seq;
                let past: Vec<_> = past.into_iter().filter(|recorded| recorded.seq <= served).collect();
                if let Some(last) = past.last() {
                    seen = last.seq;
                    let text: Vec<u8> = past.iter().flat_map(|recorded| message(recorded).to_vec()).collect();
                    return Some((Ok::<_, actix_web::Error>(Bytes::from(text)), (service, news, seen, listener)));
                }
                match tokio::time::timeout(HEARTBEAT, news.recv()).await {
                    Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
                    Ok(Err(RecvError::Closed)) => return None,
                    Err(_) => return Some((Ok(Bytes::from_static(b":\n\n")), (service, news, seen, listener))),
                }
            }
        });
        Ok(HttpResponse::Ok()
            .content_type("text/event-stream")
            .insert_header(("cache-control", "no-store"))
            .streaming(Box::pin(events)))
    };
    respond(&request, answer.await)
}
