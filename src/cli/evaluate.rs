//! `zeyou evaluate`: how well a model predicts ratings it has not seen.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::service::{Evaluated, Evaluation, EvaluationError, EvaluationPlan, ModelKind, Split, evaluate};

/// What `zeyou evaluate` takes.
#[derive(Args)]
#[command(group(ArgGroup::new("source").required(true).args(["train", "prequential", "file"])))]
pub(super) struct EvaluateArguments {
    /// Ratings to learn from: CSV with rater,college,score[,rated_at][,park].
    #[arg(long, requires = "test")]
    train: Option<PathBuf>,
    /// Ratings to predict.
    #[arg(long, requires = "train")]
    test: Option<PathBuf>,
    /// Ratings to predict and then learn, one by one in order of rated_at.
    #[arg(long)]
    prequential: Option<PathBuf>,
    /// Ratings to predict in folds.
    file: Option<PathBuf>,
    /// How many folds FILE is dealt into.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=1000))]
    folds: u32,
    /// Hold out whole colleges: how well is a new college predicted?
    #[arg(long, requires = "file")]
    cold_colleges: bool,
    /// Ratings learned before the first prediction in time.
    #[arg(long, default_value_t = 2000)]
    warm_up: usize,
    /// The model.
    #[arg(long, value_enum, default_value_t = Model::Crossed)]
    model: Model,
    /// Attributes of raters: CSV of id, then columns.
    #[arg(long)]
    rater_attributes: Option<PathBuf>,
    /// Attributes of colleges; `crossed` uses them too.
    #[arg(long)]
    college_attributes: Option<PathBuf>,
    /// Lowest and highest score, as 1,5; from the data if left out.
    #[arg(long, value_parser = scale, allow_hyphen_values = true)]
    scale: Option<(f64, f64)>,
    /// The same seed gives the same folds and draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    Crossed,
    Affinity,
    AffinityAttributes,
}

fn scale(text: &str) -> Result<(f64, f64), String> {
    let ends: Option<(f64, f64)> =
        text.split_once(',').and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    ends.filter(|(low, high)| low < high && low.is_finite() && high.is_finite())
        .ok_or_else(|| "须为两个递增的数，如 1,5 / two ascending numbers, like 1,5".to_owned())
}

/// Evaluates and prints.
pub(super) fn run(arguments: EvaluateArguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let EvaluateArguments { train, test, prequential, file, folds, cold_colleges, warm_up, .. } = arguments;
    let split = match (train.zip(test), prequential, file) {
        (Some((train, test)), ..) => Split::Files { train, test },
        (_, Some(file), _) => Split::Prequential { file, warm_up },
        (_, _, file) => Split::Folds { file: file.unwrap_or_default(), folds, cold_colleges },
    };
    let model = match arguments.model {
        Model::Crossed => ModelKind::Crossed,
        Model::Affinity => ModelKind::Affinity,
        Model::AffinityAttributes => ModelKind::AffinityAttributes,
    };
    let plan = EvaluationPlan {
        split,
        model,
        rater_attributes: arguments.rater_attributes,
        college_attributes: arguments.college_attributes,
        scale: arguments.scale,
        seed: arguments.seed,
    };
    // Drawn on a terminal only.
    let bar = ProgressBar::new(0).with_message("evaluating");
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed} (ETA {eta})");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let outcome = evaluate(&plan, &|done, of| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    match outcome {
        Ok(found) if arguments.json => println!("{}", serde_json::to_string_pretty(&found)?),
        Ok(found) => print!("{}", table(&found)),
        Err(EvaluationError::Rows(errors, more)) => {
            errors.iter().for_each(|error| eprintln!("{error}"));
            let n = errors.len() + more;
            eprintln!("{n} bad rows; nothing was evaluated / {n} 行有误，未作评估");
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// A table for people: a line per fold, then the mean.
fn table(found: &Evaluation) -> String {
    let mut out =
        String::from("          RMSE     MAE  log密度    50%    80%    95%  拟合s  预测s      训练    测试\n");
    let mut line = |name: &str, e: &Evaluated| {
        let a = &e.accuracy;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{name:<6}{:>8.4}{:>8.4}{:>9.4}{:>7.1}{:>7.1}{:>7.1}{:>7.2}{:>7.2}{:>10}{:>8}",
            a.rmse,
            a.mae,
            a.mean_log_density,
            100.0 * a.coverage_50,
            100.0 * a.coverage_80,
            100.0 * a.coverage_95,
            e.fit_seconds,
            e.predict_seconds,
            e.n_train,
            e.n_test
        );
    };
    found.folds.iter().enumerate().for_each(|(k, fold)| line(&(k + 1).to_string(), fold));
    line(if found.folds.is_empty() { "" } else { "mean" }, &found.mean);
    let mean = &found.mean;
    if let (Some(own), Some(plain), Some(plain_own)) =
        (mean.rmse_by_college, mean.rmse_without_attributes, mean.rmse_by_college_without_attributes)
    {
        let _ = writeln!(
            out,
            "新院校 / new colleges: 每校等权 RMSE {own:.4}；不用属性 {plain:.4}，每校等权 {plain_own:.4} \
             / RMSE by college {own:.4}; without attributes {plain:.4}, by college {plain_own:.4}"
        );
    }
    if let Some(peak) = mean.peak_mb {
        let _ = writeln!(out, "内存峰值 / peak memory {peak:.0} MB");
    }
    out
}
