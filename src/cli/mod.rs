//! The command line.

mod accounts;
mod audit;
mod copy;
mod doctor;
mod evaluate;
mod fit;
mod oidc;
mod selection;
mod table;
mod traces;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::{CollegeId, DemandKind, EnterpriseId, ParkId, PresetId, Question};
use crate::exchange::{Spec, generate_with};
use crate::http::{Access, Network, ServeOptions};
use crate::service::{
    AUDIT_DAYS, Budget, ImportReport, LINK_DAYS, LinksWanted, Replica, SelectionFiles, Service, ServiceError,
};
use crate::store::{Address, LEAST_AUDIT_DAYS, Store, StoreError, Vault};

pub use traces::{Traces, subscribe};

/// 择优: picks partner colleges for industrial parks on merit.
#[derive(Parser)]
#[command(name = "zeyou", version, about)]
struct Arguments {
    /// The log's database file.
    #[arg(long, global = true, env = "ZEYOU_DATABASE", default_value = "zeyou.db")]
    database: PathBuf,
    /// The log's database by address: postgres://USER:PASSWORD@HOST/NAME, sqlite:PATH; instead of --database. Give it by
    /// the environment, where other users cannot read the password.
    #[arg(long, global = true, env = "ZEYOU_DATABASE_URL", hide_env_values = true)]
    // Parsed here: the command line's own parser would print it, password and all, if it were wrong.
    database_url: Option<String>,
    /// A file of keys that stored secrets (second factors, the key of rating links) are sealed with: base64 of 32 bytes a line,
    /// the first in use, others to open what was sealed before. Keep it apart from the database and its backups.
    #[arg(long, global = true, env = "ZEYOU_SECRET_KEY_FILE")]
    secret_key_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve {
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        #[command(flatten)]
        redis: Redis,
        /// This process's name among the replicas; a random one if left out.
        #[arg(long, env = "ZEYOU_REPLICA")]
        replica: Option<String>,
        /// How often an enterprise may submit, revise or withdraw ratings, an hour; no limit if left out.
        #[arg(long, env = "ZEYOU_RATINGS_PER_HOUR", value_parser = clap::value_parser!(u32).range(1..))]
        ratings_per_hour: Option<u32>,
        /// Days after its end that a closed engagement can be rated; it opens 30 days after its start, or at its end. 0: no
        /// window. The demo has none.
        #[arg(long, env = "ZEYOU_RATING_WINDOW_DAYS", default_value_t = 180, value_parser = clap::value_parser!(u16).range(0..=3660))]
        rating_window_days: u16,
        /// Units an account may ask an hour: a shortlist costs 1, a what-if 20, an export 100; an address five times as much.
        /// 0: no limit.
        #[arg(long, env = "ZEYOU_UNITS_PER_HOUR", default_value_t = 20_000)]
        units_per_hour: u32,
        /// How often one address may try to get in, by password, code or link, an hour. 0: no limit.
        #[arg(long, env = "ZEYOU_SIGN_INS_PER_HOUR", default_value_t = 600)]
        sign_ins_per_hour: u32,
        /// Addresses or networks of proxies whose X-Forwarded-For is believed; with --behind-tls those of this machine, if none
        /// is said.
        #[arg(long, env = "ZEYOU_TRUSTED_PROXY", value_delimiter = ',')]
        trusted_proxy: Vec<Network>,
        /// Days that audit entries are kept.
        #[arg(long, env = "ZEYOU_AUDIT_DAYS", default_value_t = AUDIT_DAYS, value_parser = clap::value_parser!(u32).range(i64::from(LEAST_AUDIT_DAYS)..))]
        audit_days: u32,
        /// Use zeyou-demo.db, filled with a fictional city.
        #[arg(long)]
        demo: bool,
        /// A proxy before it ends TLS: needed on an address that others reach; cookies are then Secure.
        #[arg(long, env = "ZEYOU_BEHIND_TLS")]
        behind_tls: bool,
        /// Let everybody read and write without signing in: on a loopback address only.
        #[arg(long)]
        without_accounts: bool,
        #[command(flatten)]
        oidc: oidc::OidcArguments,
    },
    /// Keep accounts, also beside a running server.
    #[command(subcommand)]
    Account(accounts::AccountCommand),
    /// Keep API keys, also beside a running server.
    #[command(subcommand)]
    Key(accounts::KeyCommand),
    /// Verify, export and purge the audit log, also beside a running server.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Import a folder of CSV files, or one of them: all good rows, or nothing.
    Import {
        /// The folder or file.
        path: PathBuf,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Take a college whose name another has already, written otherwise.
        #[arg(long)]
        namesakes: bool,
    },
    /// Print a park's shortlist.
    Shortlist {
        /// The park's code.
        #[arg(long)]
        park: ParkId,
        /// How many colleges, 1-100.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
        top: u16,
        /// The weight preset; by the park's stage if left out.
        #[arg(long)]
        preset: Option<PresetId>,
        /// Only needs of this kind count.
        #[arg(long)]
        kind: Option<DemandKind>,
        /// Colleges not wanted.
        #[arg(long, value_delimiter = ',')]
        exclude: Vec<CollegeId>,
        /// Only colleges within this distance.
        #[arg(long)]
        max_km: Option<u16>,
        /// Percent of the weight for what enterprises like the park's own would say, 0-20; 0 shows it only.
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=20))]
        affinity: Option<u8>,
        /// Tell how far the ranks hold if the weights are uncertain.
        #[arg(long)]
        uncertain_weights: bool,
        /// How to print it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Write fictional data of any size as CSV files.
    Generate {
        /// Parks.
        #[arg(long, default_value_t = 4)]
        parks: usize,
        /// Colleges.
        #[arg(long, default_value_t = 20)]
        colleges: usize,
        /// Enterprises.
        #[arg(long, default_value_t = 40)]
        enterprises: usize,
        /// Ratings.
        #[arg(long, default_value_t = 400)]
        ratings: usize,
        /// The same seed gives the same files.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Let kind and ownership of a college bear on its quality.
        #[arg(long)]
        attributes: bool,
        /// The folder to write to.
        directory: PathBuf,
    },
    /// Export everything but the catalogue as CSV files that can be imported.
    Export {
        /// The folder to write to.
        directory: PathBuf,
    },
    /// Score a model on ratings it has not seen.
    Evaluate(evaluate::EvaluateArguments),
    /// Estimate the parameters of the satisfaction model from ratings; writes models/NAME.json and a card.
    Fit(fit::FitArguments),
    /// Select partners for many parks at once, from a table `park,college,score`: the proven optimum under capacity.
    Select {
        #[command(flatten)]
        files: SelectionFiles,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print signed links by which firms rate their engagements, as CSV: engagement, enterprise, college, until, link.
    Links {
        /// Of this enterprise only.
        #[arg(long)]
        enterprise: Option<EnterpriseId>,
        /// Only where there is no rating yet.
        #[arg(long)]
        open: bool,
        /// Days from today that the links hold, 1-366.
        #[arg(long, default_value_t = LINK_DAYS, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        /// The address under which firms reach the server.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        base: String,
    },
    /// Recompute the hash chain and the state of the whole log; names the first bad event.
    Verify,
    /// Copy the log into a new file, also beside a running server, and check the copy from its first event.
    Backup {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
    /// Fill an empty database from a backup, or from any other database file, and check it from its first event.
    Restore {
        /// The file to read.
        file: PathBuf,
    },
    /// Examine a set-up: database, tables, disk, clock, Redis, model, snapshots; says what to mend.
    Doctor {
        #[command(flatten)]
        redis: Redis,
    },
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(clap::Args)]
struct Redis {
    /// Redis that wakes the other replicas after a write and counts limits with them: redis://… or rediss://…, several nodes
    /// of a cluster separated by commas; for --database-url postgres://….
    #[arg(long, env = "ZEYOU_REDIS_URL", hide_env_values = true)]
    redis_url: Option<String>,
    /// What every key and channel in Redis begins with.
    #[arg(long, env = "ZEYOU_REDIS_NAMESPACE", default_value = "zeyou")]
    redis_namespace: String,
}

impl Redis {
    /// Address and namespace, if there is one.
    fn address(self) -> Option<(String, String)> {
        let Self { redis_url, redis_namespace } = self;
        redis_url.map(|url| (url, redis_namespace))
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

/// Parses the command line and runs the command.
///
/// # Errors
/// The command's own error, for `main` to print.
pub async fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Arguments { database, database_url, secret_key_file, command } = Arguments::parse();
    let database = match database_url {
        Some(url) => url.parse::<Address>()?,
        None => Address::File(database),
    };
    let vault = secret_key_file.as_deref().map(Vault::read).transpose()?.unwrap_or_default();
    match command {
        Command::Serve {
            listen,
            redis,
            replica,
            ratings_per_hour,
            rating_window_days,
            units_per_hour,
            sign_ins_per_hour,
            trusted_proxy,
            audit_days,
            demo,
            behind_tls,
            without_accounts,
            oidc,
        } => {
            let redis = redis.address();
            // As long as the process: every request looks at them.
            let trusted_proxies: &'static [Network] = trusted_proxy.leak();
            let access = Access { open: without_accounts, behind_tls, demo, trusted_proxies };
            let budget = Budget::an_hour(units_per_hour, sign_ins_per_hour);
            let oidc = oidc.settings()?;
            let options = ServeOptions {
                database,
                listen,
                demo,
                redis,
                replica,
                ratings_per_hour,
                rating_window_days,
                budget,
                audit_days,
                access,
                oidc,
                vault,
            };
            crate::http::serve(options, crate::console::routes).await?;
        }
        Command::Import { path, dry_run, namesakes } => {
            let service = Service::open_as(&database, Replica { vault, ..Replica::default() }).await?;
            let bar = rows("导入 importing");
            let report = service.operator();
            let report = report.import(&path, dry_run, namesakes, |done, total| {
                bar.set_length(total as u64);
                bar.set_position(done as u64);
                if done == total {
                    bar.set_message("写入 writing");
                }
            });
            let report = report.await?;
            bar.finish_and_clear();
            service.close().await;
            return Ok(print_report(&report, dry_run));
        }
        Command::Shortlist { park, top, preset, kind, mut exclude, max_km, affinity, uncertain_weights, format } => {
            exclude.sort_unstable();
            exclude.dedup();
            let question =
                Question { preset, top, kind, exclude, max_km, affinity, uncertain_weights, ..Question::of(park) };
            let shortlist = Service::ask_offline(&database, &question).await?;
            match format {
                Format::Table => print!("{}", table::table(&shortlist)),
                Format::Json => println!("{}", serde_json::to_string_pretty(&shortlist)?),
                Format::Csv => print!("{}", table::csv(&shortlist)),
            }
        }
        Command::Generate { parks, colleges, enterprises, ratings, seed, attributes, directory } => {
            let bar = rows("生成 generating");
            bar.set_length((parks + colleges + enterprises + ratings) as u64);
            let spec = Spec { parks, colleges, enterprises, ratings, seed, attributes };
            write_files(&directory, generate_with(&spec, &mut || bar.inc(1)))?;
            bar.finish_and_clear();
            println!(
                "wrote {parks} parks, {colleges} colleges, {enterprises} enterprises, {ratings} ratings to {}",
                directory.display()
            );
        }
        Command::Export { directory } => {
            let service = Service::open_as(&database, Replica { vault, ..Replica::default() }).await?;
            write_files(&directory, service.operator().export().await?)?;
            service.close().await;
            println!("exported to {}", directory.display());
        }
        Command::Evaluate(arguments) => return evaluate::run(arguments),
        Command::Fit(arguments) => return fit::run(&database, arguments).await,
        Command::Select { files, json } => match Service::select_files(&files)? {
            Ok(timed) if json => println!("{}", serde_json::to_string_pretty(&timed)?),
            Ok(timed) => print!("{}", selection::table(&timed)),
            Err(errors) => return Ok(print_errors(&errors)),
        },
        Command::Links { enterprise, open, days, base } => {
            let links = Service::links_offline(&database, vault, &LinksWanted { enterprise, open, days }).await?;
            print!("{}", table::links(&links, base.trim_end_matches('/')));
        }
        Command::Account(command) => accounts::account(&database, vault, command).await?,
        Command::Key(command) => accounts::key(&database, vault, command).await?,
        Command::Audit(command) => return audit::audit(&database, command).await,
        Command::Verify => return verify(&database).await,
        Command::Backup { file } => return copy::backup(&database, &file).await,
        Command::Restore { file } => return copy::restore(&file, &database).await,
        Command::Doctor { redis } => return Ok(doctor::doctor(&database, &vault, redis.address()).await),
        Command::Openapi => println!("{}", crate::http::openapi_json()),
    }
    Ok(ExitCode::SUCCESS)
}

fn spinner(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    let style = ProgressStyle::with_template("{spinner} {msg} {pos} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

/// Rows done of all rows; drawn on a terminal only.
fn rows(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(what);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} 行 rows {elapsed}/{duration}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

fn write_files(directory: &std::path::Path, files: Vec<(&'static str, String)>) -> Result<(), ServiceError> {
    let at = |path: PathBuf| move |error| StoreError::File(path, error);
    std::fs::create_dir_all(directory).map_err(at(directory.to_owned()))?;
    for (name, text) in files {
        let path = directory.join(name);
        std::fs::write(&path, text).map_err(at(path.clone()))?;
    }
    Ok(())
}

fn print_errors(errors: &[crate::exchange::RowError]) -> ExitCode {
    errors.iter().for_each(|error| eprintln!("{error}"));
    eprintln!("{0} bad rows; nothing was selected / {0} 行有误，未作选择", errors.len());
    ExitCode::FAILURE
}

fn print_report(report: &ImportReport, dry_run: bool) -> ExitCode {
    for (file, rows) in &report.files {
        println!("{file}: {rows} rows");
    }
    for error in &report.errors {
        eprintln!("{error}");
    }
    if !report.errors.is_empty() {
        eprintln!(
            "{} bad rows; nothing was written / {} 行有误，未写入任何数据",
            report.errors.len(),
            report.errors.len()
        );
        return ExitCode::FAILURE;
    }
    let verb = if dry_run { "would write" } else { "wrote" };
    println!("{verb} {}, unchanged {}", report.written, report.unchanged);
    ExitCode::SUCCESS
}

async fn verify(database: &Address) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let store = Store::open_read_only(database).await?;
    let bar = spinner("verifying");
    let check = Service::check_log(&store, |seq| bar.set_position(seq)).await?;
    bar.finish_and_clear();
    store.close().await;
    if let Some(fault) = check.fault {
        eprintln!("broken at seq {}: {}", fault.seq, fault.what);
        return Ok(ExitCode::FAILURE);
    }
    println!("{} events, chain intact, state digest {}", check.seq, check.digest);
    match check.snapshot {
        Some((seq, true)) => println!("snapshot at seq {seq} is what the log replays to"),
        Some((seq, false)) => {
            eprintln!("the snapshot at seq {seq} differs from what the log replays to");
            return Ok(ExitCode::FAILURE);
        }
        None => println!("no snapshot"),
    }
    Ok(ExitCode::SUCCESS)
}
