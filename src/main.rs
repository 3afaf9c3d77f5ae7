//! Parses the command line and runs one command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let traces = zeyou::cli::subscribe();
    let code = match zeyou::cli::run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("zeyou: {error}");
            ExitCode::FAILURE
        }
    };
    traces.end();
    code
}
