//! The model card of fitted parameters, in Chinese and English.

use super::{FitFigures, FitPlan, Source};
use crate::domain::Model;

/// What public attributes add, the largest first.
fn coefficients(model: &Model) -> String {
    let mut known: Vec<_> = model.coefficients.iter().collect();
    known.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(b.0)));
    let line =
        |(name, points): (&String, &f64)| format!("| `{name}` | {points} | | 公开属性 public attribute, points |\n");
    known.into_iter().map(line).collect()
}

/// Markdown; a function of data, seed and name alone.
pub(super) fn card(source: &Source, plan: &FitPlan, model: &Model, figures: &FitFigures) -> String {
    let (ratings, raters, colleges) = figures.counts;
    let accuracy = &figures.accuracy;
    let (from_zh, from_en) = match &source.origin {
        Ok(file) => (format!("文件 `{file}`"), format!("the file `{file}`")),
        Err(seq) => {
            (format!("日志至 seq {seq} 的全部有效评价"), format!("all live ratings of the log up to seq {seq}"))
        }
    };
    let until = source.until.map_or("—".to_owned(), |day| day.to_string());
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let row = |name: &str, value: f64, before: f64, zh: &str, en: &str| {
        format!("| `{name}` | {value} | {before} | {zh} {en} |\n")
    };
    let base = &source.base;
    let rows = [
        row("mean", model.mean, base.mean, "总均值 μ", "grand mean μ"),
        row(
            "rater_variance",
            model.rater_variance,
            base.rater_variance,
            "企业宽严的方差",
            "severity of enterprises, variance",
        ),
        row(
            "college_variance",
            model.college_variance,
            base.college_variance,
            "院校质量的方差",
            "quality of colleges, variance",
        ),
        row(
            "noise_variance",
            model.noise_variance,
            base.noise_variance,
            "单条评价噪声的方差",
            "noise of one rating, variance",
        ),
        row(
            "block_variance",
            model.block_variance,
            base.block_variance,
            "同一园区或同一两周评价的共同部分的方差",
            "what ratings of one park or fortnight have in common, variance",
        ),
        row(
            "drift_variance",
            model.drift_variance,
            base.drift_variance,
            "院校质量每年游移的方差",
            "drift of quality in a year, variance",
        ),
    ]
    .concat()
        + &coefficients(model);
    format!(
        "# 模型卡 Model card: `{id}`\n\n\
         择优满意度模型（交叉随机效应）的参数，1–5 分制；由 `zeyou fit` 生成，改动数据须重新生成。\n\
         Parameters of Zeyou's satisfaction model (crossed random effects) on the 1–5 scale; written by `zeyou fit`.\n\n\
         | 参数 parameter | 值 value | `{base_id}` | 含义 meaning |\n|---|---|---|---|\n{rows}\n\
         未列出的字段沿用 `{base_id}`。Fields not listed are those of `{base_id}`.\n\n\
         ## 数据 Data\n\n\
         {from_zh}：{ratings} 条评价，{raters} 家企业，{colleges} 所院校；截至 {until}。\n\
         {from_en_cap}: {ratings} ratings by {raters} enterprises of {colleges} colleges; up to {until}.\n\n\
         ## 方法 Method\n\n\
         期望最大化（EM）；公开属性用弹性网络（惩罚由五折交叉检验选取）；区块与游移的方差在网格上取使各两周评价（由此前评价预测）最可几的一对\
         （仅当有日期且区块为 effects）。随机种子 {seed} 只用于划出留出评价；同样的数据与种子得到同样的字节。\n\
         Expectation–maximisation; attributes by an elastic net, its penalty by five folds of colleges; block and drift variance are\
         the pair of a grid under which every fortnight's ratings are likeliest, forecast from those before (with days, and blocks\
         as effects). The seed, {seed}, only chooses the ratings held out. The same data and seed give the same bytes.\n\n\
         ## 留出检验 Held-out check\n\n\
         另以五分之四的评价拟合，预测其余 {held} 条（含评价企业自身的宽严）：\n\
         Fitted to four fifths of the ratings, the same estimator predicted the other {held} (with each enterprise's own severity):\n\n\
         | 指标 figure | 值 value |\n|---|---|\n\
         | RMSE | {rmse:.4} |\n| MAE | {mae:.4} |\n\
         | 总均值的 RMSE of the grand mean | {plain:.4} |\n\
         | 院校简单均值的 RMSE of each college's plain mean | {college:.4} |\n\
         | 50 / 80 / 95 % 区间覆盖 intervals hold | {c50} / {c80} / {c95} |\n\n\
         ## 不得用于 Must not be used for\n\n\
         - 断言企业总体的满意度，或作为某所没有评价的院校的证据。\n\
         - 与数据来源差别很大的地区或评价表；应重新拟合。\n\
         - 处分或奖励个别企业、院校；参数只描述总体的离散程度。\n\
         - A claim about how satisfied enterprises in general are, or evidence about a college without ratings of its own.\n\
         - Regions or questionnaires unlike the data's; fit again there.\n\
         - Penalties or rewards of single enterprises or colleges: the parameters only describe how much they vary.\n",
        id = model.id,
        base_id = base.id,
        from_en_cap = format_args!("{}{}", from_en[..1].to_uppercase(), &from_en[1..]),
        seed = plan.seed,
        held = figures.held_out,
        rmse = accuracy.rmse,
        mae = accuracy.mae,
        plain = figures.rmse_of_mean,
        college = figures.rmse_of_college_mean,
        c50 = percent(accuracy.coverage_50),
        c80 = percent(accuracy.coverage_80),
        c95 = percent(accuracy.coverage_95),
    )
}
