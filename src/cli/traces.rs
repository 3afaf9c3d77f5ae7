//! What the program tells about itself while it runs: lines of a log, and traces (OpenTelemetry) if a collector is named.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// The spans of requests, commits and solves. Nothing else is traced, and no log shows them.
const SPANS: &str = "zeyou::span";
/// Where the collector is, by OpenTelemetry's own names: without any of them nothing is traced.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// Holds what was not sent yet.
#[derive(Debug)]
pub struct Traces(Option<SdkTracerProvider>);

/// Begins to write the log to standard error, as `RUST_LOG` says, and to send traces over HTTP, as the `OTEL_…` variables
/// say. A collector that cannot be reached costs its traces and nothing else.
pub fn subscribe() -> Traces {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,zeyou=info".into());
    let log = fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    let (provider, refused) = match ENDPOINTS.iter().any(|name| std::env::var_os(name).is_some()).then(provider) {
        None => (None, None),
        Some(Ok(provider)) => (Some(provider), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let spans = provider.as_ref().map(|provider| {
        let only = Targets::new().with_target(SPANS, LevelFilter::DEBUG);
        tracing_opentelemetry::layer().with_tracer(provider.tracer("zeyou")).with_filter(only)
    });
    tracing_subscriber::registry().with(log).with(spans).init();
    if let Some(error) = refused {
        tracing::error!(%error, "no traces: the collector cannot be used");
    }
    Traces(provider)
}

fn provider() -> Result<SdkTracerProvider, opentelemetry_otlp::ExporterBuildError> {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpJson).build()?;
    let resource = Resource::builder().with_service_name("zeyou").build();
    Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}

impl Traces {
    /// Sends what was not sent yet.
    pub fn end(self) {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown()) {
            eprintln!("zeyou: the last traces were not sent: {error}");
        }
    }
}
