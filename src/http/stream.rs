//! What changed, live, as server-sent events.

use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::metrics::Metrics;
use super::problem::{Place, Problem, respond};
use super::query::Query;
use crate::domain::{CollegeId, EntityKind, Event, FlagBlock};
use crate::service::authorize::Action;
use crate::service::{Acting, ServiceError};
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

/// That there is a new rating, never of which engagement: with what the lists then show it would tell who gave it and how.
fn message(recorded: &Recorded) -> Bytes {
    let mut subject = recorded.event.subject();
    if subject.kind == EntityKind::Rating {
        subject.id.clear();
    }
    let data =
        serde_json::json!({"seq": recorded.seq, "at": recorded.at, "kind": subject.kind.code(), "id": subject.id});
    Bytes::from(format!("id: {}\nevent: change\ndata: {data}\n\n", recorded.seq))
}

/// Flags that were not known yet, as events named `flag`.
async fn raised(service: &Acting, known: &mut BTreeSet<(CollegeId, FlagBlock)>) -> Vec<u8> {
    let Ok(flags) = service.flags(None).await else { return Vec::new() };
    let mut text = Vec::new();
    for flag in flags.flags {
        if known.insert((flag.college.id.clone(), flag.block.clone())) {
            let data = serde_json::json!({"seq": flags.as_of.seq, "flag": flag});
            text.extend(format!("event: flag\ndata: {data}\n\n").into_bytes());
        }
    }
    text
}

/// Events after `after`, each once and in order, as server-sent events named `change`. The data tell what changed, never
/// who rated how. As a day begins, each block of ratings that has become suspicious since follows as an event `flag`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "events",
    summary = "实时变更 What changed, live",
    description = "序号在 `after` 之后的变更，每个一次、按序，事件名为 `change`；只说变了什么，不说谁怎样评价。每天开始时，新出现的可疑评价组以事件 `flag` 发出。\n\nServer-sent events after `after`, each once and in order, named `change`: what changed, never who rated how. As a day begins, each block of ratings that has become suspicious since is sent as an event `flag`.",
    params(("after" = Option<u32>, Query, description = "从此序号之后开始，默认从现在 After this seq; from now on if left out")),
    responses((status = 200, description = "变更流 The stream", body = Message, content_type = "text/event-stream"), (status = 400), (status = 422)))]
pub(super) async fn events(request: HttpRequest, service: Acting, metrics: web::Data<Metrics>) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &["after"])?;
        service.may(Action::Listen)?;
        // Subscribed first: nothing falls between the past and the news.
        let news = service.live().news();
        let head = service.seq();
        let after = query.number("after", 0, u32::MAX)?.map_or(head, u64::from);
        if after > head {
            return Err(Problem::from(ServiceError::InvalidSeq(head)).at(Place::Parameter("after".to_owned())));
        }
        let mut known = BTreeSet::new();
        raised(&service, &mut known).await;
        let state = (service.clone(), news, after, known, metrics.listener());
        let events = stream::unfold(state, |(service, mut news, mut seen, mut known, listener)| async move {
            loop {
                let past = service.store().events(seen, 500).await.ok()?;
                let served = service.seq();
                let past: Vec<_> = past.into_iter().filter(|recorded| recorded.seq <= served).collect();
                if let Some(last) = past.last() {
                    seen = last.seq;
                    let mut text: Vec<u8> = past
                        .iter()
                        .filter(|recorded| service.hears(recorded))
                        .flat_map(|recorded| message(recorded).to_vec())
                        .collect();
                    if past.iter().any(|recorded| matches!(&*recorded.event, Event::Clock { .. })) {
                        text.extend(raised(&service, &mut known).await);
                    }
                    let next = (service, news, seen, known, listener);
                    return Some((Ok::<_, actix_web::Error>(Bytes::from(text)), next));
                }
                match tokio::time::timeout(HEARTBEAT, news.recv()).await {
                    Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
                    Ok(Err(RecvError::Closed)) => return None,
                    Err(_) => {
                        return Some((Ok(Bytes::from_static(b":\n\n")), (service, news, seen, known, listener)));
                    }
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
