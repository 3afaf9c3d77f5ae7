//! The scenario lab.

texts! {
    TITLE = "{park}：情景推演", "{park}: scenario lab";
    OPEN = "情景推演", "Scenario lab";
    LEAD = "改动权重或作出假设，看名次怎样变化、为什么。什么都不会写入；地址栏即是可分享的链接。", "Move a weight or make an assumption and see how ranks change, and why. Nothing is written; the address is a link to share.";
    WEIGHTS = "权重", "Weights";
    BASE = "与此比较（基准）", "Compare with (base)";
    START = "从此开始", "Start from";
    TOTAL = "合计", "Total";
    TOTAL_SCALED = "所填合计 {n}，已按比例折算为 100。", "What was entered sums to {n}; it was rescaled to 100.";
    LESS = "{criterion}：减 1", "{criterion}: 1 less";
    MORE = "{criterion}：加 1", "{criterion}: 1 more";
    SLIDER = "{criterion}：滑块", "{criterion}: slider";
    HELP = "移动一项时，其余各项按比例让出，合计始终为 100。", "When one weight moves, the others give way in proportion; the total stays 100.";
    HOLDS = "第 1 名不变：{low}–{high}", "#1 holds between {low} and {high}";
    HOLDS_BELOW = "更低则 {college} 居首", "below it {college} is first";
    HOLDS_ABOVE = "更高则 {college} 居首", "above it {college} is first";
    APPLY = "重新排名", "Rank again";
    RESET = "恢复基准", "Back to the base";
    FAILED = "没能重新排名，请稍后再试。", "Could not rank again; try in a moment.";
    RESULT = "名次变化", "What moves";
    SUMMARY_NONE = "第 1 名：{college}。名次与基准相同。", "#1: {college}. Ranks are as in the base.";
    SUMMARY = "第 1 名：{college}。{n} 所名次有变。", "#1: {college}. {n} ranks move.";
    SUMMARY_EMPTY = "没有院校参与排名。", "No college is ranked.";
    BEFORE = "基准", "Base";
    AFTER = "情景", "Scenario";
    MOVE = "变化", "Move";
    CAUSES = "为什么", "Why";
    SCORES = "总分（基准 → 情景）", "Score (base → scenario)";
    UNRANKED = "未参与", "not ranked";
    SLOPE = "名次：基准 → 情景", "Ranks: base → scenario";
    SLOPE_LABEL = "名次变化图：{parts}", "Slope chart of ranks: {parts}";
    SLOPE_PART = "{college} {a} → {b}", "{college} {a} → {b}";
    LEAVES = "假设退出", "Assume it leaves";
    LEAVES_OF = "假设退出：{college}", "Assume it leaves: {college}";
    ASSUMED = "假设", "Assumptions";
    ASSUMED_LEAVES = "{college} 退出", "{college} leaves";
    ASSUMED_NONE = "尚无假设。", "No assumption yet.";
    TAKE_BACK = "撤回", "Take back";
    TAKE_BACK_OF = "撤回假设：{what}", "Take back: {what}";
    SHARE = "本情景的链接", "Link to this scenario";
}
