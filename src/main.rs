//! Parses the command line and runs one command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,zeyou=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match zeyou::cli::run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("zeyou: {error}");
            ExitCode::FAILURE
        }
    }
}
