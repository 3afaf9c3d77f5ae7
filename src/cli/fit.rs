//! `zeyou fit`: parameters of the satisfaction model from ratings.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::ModelId;
use crate::service::{FitError, FitPlan, FittedModel, Service, ServiceError, fit_model};
use crate::store::{Address, StoreError};

/// What `zeyou fit` takes.
#[derive(Args)]
pub(super) struct FitArguments {
    /// Name of the new parameters, as answers will show it.
    name: ModelId,
    /// Ratings to learn from: CSV with rater,college,score[,rated_at][,park] on the 1-5 scale; the log's if left out.
    #[arg(long)]
    ratings: Option<PathBuf>,
    /// The same seed holds out the same ratings.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where NAME.json and NAME.md are written.
    #[arg(long, default_value = "models")]
    directory: PathBuf,
    /// Put the parameters into force in the log; answers given before still verify.
    #[arg(long)]
    activate: bool,
}

/// Fits, writes and prints.
pub(super) async fn run(database: &Address, arguments: FitArguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let FitArguments { name, ratings, seed, directory, activate } = arguments;
    // Drawn on a terminal only.
    let bar = ProgressBar::new(0).with_message("拟合 fitting");
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    let outcome = fit_model(database, &FitPlan { name, ratings, seed }, &|done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let fitted = match outcome {
        Ok(fitted) => fitted,
        Err(FitError::Rows(errors, more)) => {
            errors.iter().for_each(|error| eprintln!("{error}"));
            let n = errors.len() + more;
            eprintln!("{n} bad rows; nothing was fitted / {n} 行有误，未作拟合");
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    let id = &fitted.model.id;
    let json = serde_json::to_string_pretty(&fitted.model)? + "\n";
    let path = directory.join(format!("{id}.json"));
    write(&directory, &path, &json)?;
    write(&directory, &directory.join(format!("{id}.md")), &fitted.card)?;
    print!("{}", summary(&fitted, &path));
    if activate {
        return put_into_force(database, fitted, &path).await;
    }
    Ok(ExitCode::SUCCESS)
}

async fn put_into_force(
    database: &Address,
    fitted: FittedModel,
    path: &Path,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let service = match Service::open(database).await {
        Err(ServiceError::Store(StoreError::Locked(_))) => {
            let path = path.display();
            eprintln!(
                "未启用：{0} 正被服务使用。请先停止服务，或 PUT /api/v1/models/current 提交 {path}\n\
                 not activated: a server is using {0}. Stop it first, or PUT {path} to /api/v1/models/current",
                database
            );
            return Ok(ExitCode::FAILURE);
        }
        other => other?,
    };
    let written = match service.operator().activate(fitted.model, None).await {
        Err(ServiceError::Invalid(_, invalid)) => return Err(format!("{} / {}", invalid.zh, invalid.en).into()),
        other => other?,
    };
    println!("已启用，自 seq {0} 起 / in force from seq {0}", written.seq);
    Ok(ExitCode::SUCCESS)
}

fn write(directory: &Path, path: &Path, text: &str) -> Result<(), ServiceError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| StoreError::File(path, error)
    };
    std::fs::create_dir_all(directory).map_err(at(directory))?;
    std::fs::write(path, text).map_err(at(path))?;
    Ok(())
}

fn summary(fitted: &FittedModel, path: &Path) -> String {
    let (model, figures) = (&fitted.model, &fitted.figures);
    let (ratings, raters, colleges) = figures.counts;
    format!(
        "{id}：{ratings} 条评价，{raters} 家企业，{colleges} 所院校 / ratings, enterprises, colleges\n\
         总均值 mean {:.3}  企业 rater {:.4}  院校 college {:.4}  噪声 noise {:.4}（方差 variances）\n\
         留出 held out {}：RMSE {:.4}（总均值 grand mean {:.4}，院校均值 college mean {:.4}），\
         50/80/95 % 区间覆盖 intervals hold {:.1} / {:.1} / {:.1} %\n\
         已写入 wrote {} · {id}.md\n",
        model.mean,
        model.rater_variance,
        model.college_variance,
        model.noise_variance,
        figures.held_out,
        figures.accuracy.rmse,
        figures.rmse_of_mean,
        figures.rmse_of_college_mean,
        100.0 * figures.accuracy.coverage_50,
        100.0 * figures.accuracy.coverage_80,
        100.0 * figures.accuracy.coverage_95,
        path.display(),
        id = model.id,
    )
}
