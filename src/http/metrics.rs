//! Figures for operators, in Prometheus' text format.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TEXT_FORMAT,
    TextEncoder,
};
use tracing::Instrument;

use super::admission::Admission;
use super::guard::RequestId;
use super::problem::Problem;
use super::trace;
use crate::engine::State;
use crate::service::authorize::Action;
use crate::service::{Acting, Service};

/// Upper bounds of the duration buckets, in seconds.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Name, help, figure.
type Size = (&'static str, &'static str, fn(&State) -> usize);

/// Sizes of the served state.
const SIZES: [Size; 7] = [
    ("zeyou_seq", "Last event of the served state", |state| state.seq as usize),
    ("zeyou_parks", "Parks, closed ones included", |state| state.parks.len()),
    ("zeyou_colleges", "Colleges, closed ones included", |state| state.colleges.len()),
    ("zeyou_programmes", "Programmes, closed ones included", |state| state.programmes.len()),
    ("zeyou_demands", "Demands, closed ones included", |state| state.demands.len()),
    ("zeyou_engagements", "Engagements", |state| state.engagements.len()),
    ("zeyou_ratings", "Ratings, withdrawn ones included", |state| state.ratings.len()),
];

/// The figures of one server; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Figures>);

struct Figures {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    ratings: IntCounter,
    listeners: IntGauge,
    memory: IntGauge,
    sizes: [IntGauge; SIZES.len()],
    shed: IntCounterVec,
    under_way: IntGaugeVec,
    age: IntGauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let labels = ["method", "route", "status"];
        let requests = Opts::new("zeyou_http_requests_total", "Requests answered, by status class");
        let durations = HistogramOpts::new("zeyou_http_request_duration_seconds", "Time until the head of the answer");
        let durations = durations.buckets(BUCKETS.to_vec());
        let started = gauge(&registry, "process_start_time_seconds", "Start, in seconds since 1970-01-01");
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64));
        let shed = Opts::new("zeyou_shed_total", "Requests refused because of too much load, by class");
        let under_way = Opts::new("zeyou_under_way", "Requests that are being answered, by class");
        let ratings = IntCounter::new("zeyou_ratings_accepted_total", "Ratings recorded, replays not counted");
        Self(Arc::new(Figures {
            requests: registered(&registry, IntCounterVec::new(requests, &labels)),
            durations: registered(&registry, HistogramVec::new(durations, &labels[..2])),
            ratings: registered(&registry, ratings),
            listeners: gauge(&registry, "zeyou_event_listeners", "Clients connected to /api/v1/events"),
            shed: registered(&registry, IntCounterVec::new(shed, &["class"])),
            under_way: registered(&registry, IntGaugeVec::new(under_way, &["class"])),
            age: gauge(
                &registry,
                "zeyou_log_age_milliseconds",
                "How long ago the log was seen; 0 if nobody else writes it",
            ),
            memory: gauge(&registry, "process_resident_memory_bytes", "Resident memory"),
            sizes: SIZES.map(|(name, help, _)| gauge(&registry, name, help)),
            registry,
        }))
    }
}

fn registered<C: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<C>) -> C {
    let metric = metric.and_then(|metric| registry.register(Box::new(metric.clone())).map(|()| metric));
    metric.unwrap_or_else(|error| unreachable!("names are valid and differ: {error}"))
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    registered(registry, IntGauge::new(name, help))
}

impl Metrics {
    /// A rating was recorded.
    pub(crate) fn rating_accepted(&self) {
        self.0.ratings.inc();
    }

    /// Tells a service's own figures too, those of the first one it is told of.
    pub(super) fn watch(&self, service: &Service) {
        for collector in service.figures().iter().flat_map(|figures| figures.collectors()) {
            if let Err(error) = self.0.registry.register(collector) {
                tracing::debug!(%error, "figures are told already");
            }
        }
    }

    /// What counts refusals by class, and what is under way.
    pub(super) fn load(&self) -> (IntCounterVec, IntGaugeVec) {
        (self.0.shed.clone(), self.0.under_way.clone())
    }

    /// A client listens until the value is dropped.
    pub(super) fn listener(&self) -> Listener {
        self.0.listeners.inc();
        Listener(self.clone())
    }

    /// A request was refused before any route.
    pub(super) fn refused(&self, status: StatusCode) {
        self.answered("other", "none", status, Instant::now());
    }

    fn answered(&self, method: &str, route: &str, status: StatusCode, begun: Instant) {
        let class = ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status.as_u16() / 100).wrapping_sub(1));
        self.0.requests.with_label_values(&[method, route, class.unwrap_or(&"other")]).inc();
        self.0.durations.with_label_values(&[method, route]).observe(begun.elapsed().as_secs_f64());
    }
}

/// A client that listens to the events.
pub(super) struct Listener(Metrics);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.0.listeners.dec();
    }
}

/// Counts and times every request by method and route, never by address: the labels are few.
pub(super) async fn measure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let begun = Instant::now();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let span = trace::span(&request, method);
    let response = next.call(request).instrument(span.clone()).await?;
    if let Some(metrics) = response.request().app_data::<web::Data<Metrics>>() {
        let route = response.request().match_pattern().filter(|route| !route.is_empty());
        let route = route.as_deref().unwrap_or("none");
        metrics.answered(method, route, response.status(), begun);
        let id = || response.request().extensions().get::<RequestId>().map(RequestId::hyphenated);
        trace::answered(&span, route, response.status().as_u16(), id);
    }
    Ok(response)
}

/// Requests by route and status class, durations, ratings accepted, listeners, memory, start, sizes of the state.
#[utoipa::path(get, path = "/metrics", tag = "operations", operation_id = "metrics",
    summary = "Prometheus 指标 Figures for operators",
    description = "按路由和状态分类的请求数、耗时、因负荷拒绝数、提交与求解的耗时和批量、已收评价、在听客户端、内存、启动时间、各类条目数。\n\nRequests by route and status class, durations, refusals under load, seconds and sizes of commits and solves, ratings accepted, listeners, memory, start, sizes of the state.",
    responses((status = 200, description = "Prometheus 文本格式 Prometheus' text format 0.0.4", body = String, content_type = "text/plain")))]
pub(super) async fn scrape(
    request: HttpRequest,
    service: Acting,
    metrics: web::Data<Metrics>,
    admission: web::Data<Admission>,
) -> HttpResponse {
    if let Err(error) = service.may(Action::ReadMetrics) {
        return Problem::from(error).response(&request);
    }
    admission.tell();
    let current = service.live().current();
    let figures = &metrics.0;
    for ((_, _, size), gauge) in SIZES.iter().zip(&figures.sizes) {
        gauge.set(size(&current.snapshot.state) as i64);
    }
    figures.age.set(service.live().freshness().age().as_millis() as i64);
    figures.memory.set(resident_bytes());
    let text = TextEncoder::new().encode_to_string(&figures.registry.gather()).unwrap_or_default();
    HttpResponse::Ok().content_type(TEXT_FORMAT).body(text)
}

/// Resident memory of this process as Linux tells it; 0 elsewhere.
fn resident_bytes() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()).unwrap_or(0) * 1024
}
