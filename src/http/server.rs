//! Wiring and running the server.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, Error, HttpResponse, middleware, web};
use utoipa_swagger_ui::SwaggerUi;

use super::access::Access;
use super::address::LOOPBACK;
use super::admission::{self, Admission};
use super::metrics::{self, Metrics};
use super::{
    accounts, audit, changes, decisions, directory, documents, flags, guard, health, models, published, ranking,
    ratings, scenarios, selections, sensitivity, settings, stream, tickets, wire,
};
use crate::domain::{
    College, CollegeId, Decision, Demand, Engagement, EngagementStatus, Enterprise, Industry, LEAST_ENTERPRISES, Major,
    Occupation, Park, Preset, Programme, Relation, Scenario,
};
use crate::engine::State;
use crate::live::{Rate, Redis, Standing};
use crate::service::oidc::{Oidc, OidcSettings};
use crate::service::{Budget, LINK_DAYS, LinksWanted, Replica, Service, ServiceError};
use crate::store::{Address, StoreError, Vault};

/// How long a replica that was told to end still takes requests: a balancer notices meanwhile.
const UNREADY: Duration = Duration::from_secs(5);
/// How long the last snapshot may take.
const LAST_SNAPSHOT: Duration = Duration::from_secs(4);
/// How long closing the database may take.
const LAST_CLOSE: Duration = Duration::from_secs(3);

/// The application with all its routes; `pages` adds those for people, and answers for what is no route.
pub fn application(
    service: Service,
    metrics: Metrics,
    admission: Admission,
    access: Access,
    pages: fn(&mut web::ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(web::Data::new(service))
        .app_data(web::Data::new(metrics))
        .app_data(web::Data::new(admission))
        .app_data(web::Data::new(access))
        .configure(routes)
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", documents::document()))
        .route("/docs", web::get().to(to_docs))
        .configure(pages)
        .wrap(middleware::from_fn(admission::admit))
        .wrap(middleware::from_fn(guard::check))
        .wrap(middleware::from_fn(metrics::measure))
}

/// The API, to read and try.
async fn to_docs() -> HttpResponse {
    HttpResponse::Found().insert_header(("location", "/docs/")).finish()
}

fn routes(config: &mut web::ServiceConfig) {
    // They are tried in this order: first what is asked most.
    config
        .service(
            web::resource("/api/v1/parks/{park}/shortlist")
                .route(web::get().to(ranking::shortlist))
                .default_service(web::to(guard::method_not_allowed_list)),
        )
        .service(
            web::resource("/api/v1/ratings")
                .route(web::post().to(ratings::create))
                .default_service(web::to(guard::method_not_allowed_post)),
        );
    let get = |path: &str| web::resource(path.to_owned()).default_service(web::to(guard::method_not_allowed_list));
    config.service(get("/api/v1/colleges/{id}/reviews").route(web::get().to(flags::of_college)));
    directory::routes::<Park>(config);
    directory::routes::<Enterprise>(config);
    directory::routes::<College>(config);
    directory::routes::<Programme>(config);
    directory::routes::<Demand>(config);
    directory::routes::<Engagement>(config);
    directory::routes::<Relation>(config);
    directory::routes::<Preset>(config);
    directory::routes::<Industry>(config);
    directory::routes::<Occupation>(config);
    directory::routes::<Major>(config);
    let delete = |path: &str| web::resource(path.to_owned()).default_service(web::to(guard::method_not_allowed_delete));
    let post = |path: &str| web::resource(path.to_owned()).default_service(web::to(guard::method_not_allowed_post));
    config
        .service(post("/api/v1/scenarios/evaluate").route(web::post().to(scenarios::evaluate)))
        .service(get("/api/v1/scenarios/compare").route(web::get().to(scenarios::compare)))
        .service(get("/api/v1/scenarios/{id}/evaluation").route(web::get().to(scenarios::evaluation)))
        .service(
            web::resource("/api/v1/scenarios")
                .route(web::get().to(directory::list::<Scenario>))
                .route(web::post().to(scenarios::create))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .configure(directory::one::<Scenario>)
        .service(
            web::resource("/api/v1/decisions")
                .route(web::get().to(directory::list::<Decision>))
                .route(web::post().to(decisions::create))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .service(get("/api/v1/decisions/{id}/review").route(web::get().to(decisions::review)))
        .service(get("/api/v1/decisions/{id}").route(web::get().to(directory::read::<Decision>)))
        .service(post("/api/v1/selections/solve").route(web::post().to(selections::solve)))
        .service(post("/api/v1/weights/ahp").route(web::post().to(sensitivity::ahp)))
        .service(post("/api/v1/parks/{park}/sensitivity").route(web::post().to(sensitivity::sensitivity)))
        .service(get("/api/v1/parks/{park}/portfolio").route(web::get().to(selections::portfolio)))
        .service(get("/api/v1/parks/{park}/colleges/{college}/explanation").route(web::get().to(ranking::explanation)))
        .service(get("/api/v1/parks/{park}/compare").route(web::get().to(ranking::compare)))
        .service(get("/api/v1/colleges/{id}/satisfaction").route(web::get().to(published::published)))
        .service(get("/api/v1/flags").route(web::get().to(ranking::flags)))
        .service(post("/api/v1/flags/reviews").route(web::post().to(flags::review)))
        .service(
            web::resource("/api/v1/appeals")
                .route(web::get().to(flags::appeals))
                .route(web::post().to(flags::appeal))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .service(post("/api/v1/appeals/{id}/answer").route(web::post().to(flags::answer)))
        .service(get("/api/v1/tickets").route(web::get().to(tickets::list)))
        .service(post("/api/v1/tickets/{id}/contact").route(web::post().to(tickets::contact)))
        .service(post("/api/v1/tickets/{id}/answer").route(web::post().to(tickets::answer)))
        .service(
            web::resource("/api/v1/engagements/{id}/feedback")
                .route(web::get().to(tickets::feedback))
                .route(web::post().to(tickets::give_feedback))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .service(get("/api/v1/parks/{park}/changes").route(web::get().to(changes::changes)))
        .service(get("/api/v1/verify/{verify_code}").route(web::get().to(ranking::verify)))
        .service(get("/api/v1/events").route(web::get().to(stream::events)))
        .service(
            web::resource("/api/v1/ratings/{id}")
                .route(web::get().to(ratings::read))
                .route(web::put().to(ratings::revise))
                .route(web::delete().to(ratings::withdraw))
                .default_service(web::to(guard::method_not_allowed_one)),
        )
        .service(get("/api/v1/ratings/{id}/revisions").route(web::get().to(ratings::revisions)))
        .service(
            web::resource("/api/v1/models/current")
                .route(web::get().to(models::read))
                .route(web::put().to(models::activate))
                .default_service(web::to(guard::method_not_allowed_open)),
        )
        .service(get("/api/v1/audit/head").route(web::get().to(audit::head)))
        .service(get("/api/v1/audit").route(web::get().to(audit::list)))
        .service(get("/api/v1/me/data").route(web::get().to(accounts::own_data)))
        .service(post("/api/v1/me/password").route(web::post().to(accounts::change_password)))
        .service(get("/api/v1/accounts/{id}/data").route(web::get().to(accounts::data)))
        .service(get("/api/v1/me").route(web::get().to(accounts::me)))
        .service(
            web::resource("/api/v1/accounts")
                .route(web::get().to(accounts::list))
                .route(web::post().to(accounts::create))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .service(post("/api/v1/accounts/{id}/disable").route(web::post().to(accounts::disable)))
        .service(post("/api/v1/accounts/{id}/reset").route(web::post().to(accounts::reset)))
        .service(delete("/api/v1/accounts/{id}").route(web::delete().to(accounts::erase)))
        .service(
            web::resource("/api/v1/keys")
                .route(web::get().to(accounts::keys))
                .route(web::post().to(accounts::create_key))
                .default_service(web::to(guard::method_not_allowed_some)),
        )
        .service(delete("/api/v1/keys/{id}").route(web::delete().to(accounts::revoke_key)))
        .service(get("/api/v1/criteria").route(web::get().to(ranking::criteria)))
        .service(get("/health/live").route(web::get().to(health::live)))
        .service(get("/health/ready").route(web::get().to(health::ready)))
        .service(get("/metrics").route(web::get().to(metrics::scrape)));
}

/// What to serve and where.
pub struct ServeOptions {
    /// The log.
    pub database: Address,
    /// The address to listen on.
    pub listen: String,
    /// Serve the fictional city from a file of its own instead.
    pub demo: bool,
    /// Addresses and namespace of the Redis that wakes other replicas and counts with them.
    pub redis: Option<(String, String)>,
    /// Name among the replicas.
    pub replica: Option<String>,
    /// How often an enterprise may submit, revise or withdraw ratings, an hour.
    pub ratings_per_hour: Option<u32>,
    /// Days after its end that a closed engagement can be rated; 0: no window.
    pub rating_window_days: u16,
    /// How much may be asked.
    pub budget: Budget,
    /// Days that audit entries are kept.
    pub audit_days: u32,
    /// Who is let in, and how it is reached.
    pub access: Access,
    /// The provider that people may sign in by.
    pub oidc: Option<OidcSettings>,
    /// Keys that stored secrets are sealed with.
    pub vault: Vault,
}

/// Opens the log and serves it until the process is told to stop.
///
/// # Errors
/// Why the log cannot be opened or the address not be listened on.
pub async fn serve(options: ServeOptions, pages: fn(&mut web::ServiceConfig)) -> Result<(), ServiceError> {
    let ServeOptions {
        database,
        listen,
        demo,
        redis,
        replica,
        ratings_per_hour,
        rating_window_days,
        budget,
        audit_days,
        mut access,
        oidc,
        vault,
    } = options;
    access.demo = demo;
    if access.behind_tls && access.trusted_proxies.is_empty() {
        // As most set it up: the proxy is on this machine.
        access.trusted_proxies = LOOPBACK;
    }
    settings::check(&listen, access, redis.as_ref().map(|(url, _)| url.as_str()))?;
    if let Some(oidc) = &oidc {
        settings::check_provider(oidc, access)?;
    }
    let database = if demo { Address::File("zeyou-demo.db".into()) } else { database };
    let mut this = Replica::default();
    this.name = replica.unwrap_or(this.name);
    this.vault = vault;
    if let Some((url, namespace)) = redis {
        this.redis = Some(Redis::new(&url, &namespace)?);
    }
    this.audit_days = audit_days;
    this.ratings = ratings_per_hour.map(|per_hour| Rate { per_hour });
    // Its days are fixed: with a window nothing of it could be rated after a while.
    this.rating_window_days = if demo { 0 } else { rating_window_days };
    this.budget = budget;
    let service = Service::open_as(&database, this).await?;
    if let Some(oidc) = oidc {
        service.accounts().offer(Oidc::new(oidc).map_err(ServiceError::Unsafe)?);
    }
    if demo {
        let report = service.operator().import_demo().await?;
        if let Some(error) = report.errors.first() {
            tracing::error!(%error, "the demo data were refused");
        }
    }
    let refused = |error| StoreError::File(listen.clone().into(), error);
    let keys = if demo { Some(demo_keys(&service).await?) } else { None };
    settings::check_accounts(&service, access).await?;
    let listener = TcpListener::bind(&listen).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let server = wire::listen(service.clone(), Metrics::default(), access, listener, pages).map_err(refused)?;
    // Before anybody is told that it serves: then a stop is always one in good order.
    let terminated = terminate();
    println!("{}", greeting(&service, &address.to_string(), keys.as_ref()).await?);
    let clock = tokio::spawn(tick(service.clone()));
    let server = server.shutdown_timeout(10).disable_signals().run();
    let stopping = tokio::spawn(stop_on_signal(service.clone(), server.handle(), terminated));
    let result = server.await;
    clock.abort();
    stopping.abort();
    // The log is whole without it: a database that is away must not keep the process from ending.
    match tokio::time::timeout(LAST_SNAPSHOT, service.save_snapshot()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "no snapshot was left"),
        Err(_) => tracing::warn!("no snapshot was left in time"),
    }
    // So that a file is left without its `-wal`.
    if tokio::time::timeout(LAST_CLOSE, service.close()).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
    result.map_err(|error| refused(error).into())
}

/// Ends in good order: first unready, so that a balancer sends nobody new; then what is under way is answered.
async fn stop_on_signal(service: Service, server: ServerHandle, terminated: impl Future<Output = ()> + Send) {
    let terminated = async {
        terminated.await;
        service.live().stand(Standing::Stopping);
        if service.store().is_shared() {
            tokio::time::sleep(UNREADY).await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    server.stop(true).await;
}

/// Waits for SIGTERM, which is heard from this call on.
#[cfg(unix)]
pub(crate) fn terminate() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = signal(SignalKind::terminate());
    async move {
        match heard {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(error) => {
                tracing::error!(%error, "SIGTERM cannot be heard");
                std::future::pending().await
            }
        }
    }
}

/// There is no such signal.
#[cfg(not(unix))]
pub(crate) async fn terminate() {
    std::future::pending().await
}

/// The day changes even if nobody writes.
async fn tick(service: Service) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        if let Err(error) = service.tick().await {
            tracing::warn!(%error, "the clock could not be written");
        }
        if let Err(error) = service.accounts().sweep().await {
            tracing::warn!(%error, "ended sessions could not be taken away");
        }
    }
}

/// The demo's accounts, and the keys of its planner and its rater.
async fn demo_keys(service: &Service) -> Result<(String, String), ServiceError> {
    let enterprise = {
        let current = service.live().current();
        let state = &current.snapshot.state;
        open_engagement(state, None).map_or("E00001".to_owned(), |engagement| engagement.enterprise.to_string())
    };
    Ok(service.accounts().make_demo(&enterprise).await?)
}

/// An engagement to rate; of one enterprise, if there is one. Rather one whose college counts by its ratings, so that one more
/// is seen to move it.
fn open_engagement<'a>(state: &'a State, enterprise: Option<&str>) -> Option<&'a Engagement> {
    let all = || state.engagements.iter().map(|(_, entry)| &entry.value);
    let rated = |engagement: &&Engagement| state.ratings.get(&engagement.id).is_some();
    let counts = |college: &CollegeId| {
        let of = all().filter(|engagement| engagement.college == *college).filter(rated);
        of.map(|engagement| &engagement.enterprise).collect::<BTreeSet<_>>().len() >= LEAST_ENTERPRISES
    };
    let open = || {
        all()
            .filter(|engagement| engagement.status != EngagementStatus::Proposed && !rated(engagement))
            .filter(|engagement| enterprise.is_none_or(|enterprise| engagement.enterprise.as_str() == enterprise))
    };
    open().find(|engagement| counts(&engagement.college)).or_else(|| open().next())
}

/// What to open and what to try.
async fn greeting(service: &Service, address: &str, keys: Option<&(String, String)>) -> Result<String, ServiceError> {
    let mut lines = vec![
        format!("Zeyou is serving. Open the console: http://{address}/"),
        format!("the API, to read and try: http://{address}/docs/"),
    ];
    let Some((planner, rater)) = keys else {
        if let Some(invited) = service.accounts().first_admin().await? {
            lines.push(format!("首次启动：请打开一次性链接设置管理员 / first start: set up the admin by this one-time link\n  http://{address}{}", invited.path));
        }
        return Ok(lines.join("\n"));
    };
    let enterprise = service.accounts().find("demo-enterprise").await?.belongs;
    let current = service.live().current();
    let state = &current.snapshot.state;
    let park = state.parks.iter().next().map_or("PARK".to_owned(), |(id, _)| id.to_string());
    let open = open_engagement(state, Some(&enterprise)).or_else(|| open_engagement(state, None));
    let (engagement, college) = open.map_or(("ENGAGEMENT".to_owned(), "COLLEGE".to_owned()), |found| {
        (found.id.to_string(), found.college.to_string())
    });
    let marks = r#"{"overall":5,"supply":5,"skill":5,"stay":4,"help":"unknown"}"#;
    let wanted = LinksWanted { enterprise: None, open: true, days: LINK_DAYS };
    let link = service.operator().rating_links(&wanted)?.pop().map_or("/r/LINK".to_owned(), |link| link.path);
    lines.extend([
        "演示数据的日期是固定的，因此不设评价窗口 / the demo's days are fixed, so it has no rating window".to_owned(),
        "演示账号与密钥人人可见，只在本机使用 / the demo's accounts and keys are visible to all: on this machine only".to_owned(),
        format!("a shortlist:        curl -s -H 'Authorization: Bearer {planner}' http://{address}/api/v1/parks/{park}/shortlist?top=5"),
        format!("rate a cooperation: curl -s -X POST http://{address}/api/v1/ratings -H 'Authorization: Bearer {rater}' -H 'Content-Type: application/json' -H \"Idempotency-Key: $(date +%s%N)\" -d '{{\"engagement\":\"{engagement}\",\"marks\":{marks}}}'"),
        format!("and why:            curl -s -H 'Authorization: Bearer {planner}' http://{address}/api/v1/parks/{park}/colleges/{college}/explanation"),
        format!("rate on a phone:    http://{address}{link}"),
    ]);
    Ok(lines.join("\n"))
}
