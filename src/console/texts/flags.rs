//! Blocks of ratings that stand out.

texts! {
    TITLE = "评价提示", "Flagged ratings";
    LEAD = "下面每一组评价与该校其余评价差别过大，模型已自动减权；没有删除任何评价。", "Each block of ratings below differs too much from the college's others and counts less in the model; no rating is deleted.";
    NONE = "没有需要留意的评价。", "No block of ratings stands out.";
    RULE = "权重低于 {weight} 且不少于 {n} 条时列出，共 {total} 组。", "Listed: a weight below {weight} and at least {n} ratings; {total} blocks in all.";
    MORE = "只列差别最大的 {n} 组。", "Only the {n} that stand out most are listed.";
    BLOCK = "这组评价", "The block";
    OF_PARK = "园区 {park} 的企业", "enterprises of the park {park}";
    OF_TIME = "{from} 至 {to}", "{from} to {to}";
    N = "条数", "Ratings";
    SHIFT = "偏离", "Shift";
    WEIGHT = "权重", "Weight";
    SHARE = "仍占该校评价信息", "Share of the college's information";
    WHY = "原因", "Why";
    DECIDE = "审核", "Decide";
    DECIDE_LEAD = "成立：这组评价至今日止不计入名单；不成立：全部计入，不再减权，直到有足够多的新评价再次可疑。两者都不删除评价，都须写明理由并留痕。", "Upheld: the block's ratings up to today do not count. Dismissed: they count in full until enough newer ones stand out again. Nothing is deleted; a reason is required and kept.";
    VERDICT = "审核结果", "Verdict";
    UPHELD = "成立，不计入", "upheld: not counted";
    DISMISSED = "不成立，全部计入", "dismissed: counted in full";
    REASON = "理由", "Reason";
    SAVE = "保存", "Save";
    DONE = "已保存。", "Saved.";
    DECIDED = "已审核", "Decided";
    ON = "日期", "Day";
    BY = "审核人（代号）", "By (pseudonym)";
    APPEALS = "院校申诉", "Appeals";
    OUTCOME = "答复", "Answer";
    WAITS = "待答复", "waits for an answer";
    GRANTED = "申诉成立，重新审核", "granted: decided on anew";
    REFUSED = "申诉不成立", "refused";
    ANSWER = "理由：{text}", "Reason: {text}";
    OWN_TITLE = "本校评价的审核与申诉", "Reviews of this college's ratings, and appeals";
    OWN_LEAD = "与其余评价差别过大的成组评价由监督人员审核。所涉企业不足三家时，不说明是哪一组。", "Blocks of ratings that differ too much from the others are decided on by a supervisor. With fewer than three enterprises it is not told which block.";
    OWN_NONE = "没有正在审核或审核过的评价。", "No ratings are under review or were.";
    UNDER_REVIEW = "评价正在审核", "ratings are under review";
    WITHHELD = "不说明是哪一组", "which block is not told";
    APPEAL = "提出申诉", "Appeal";
    APPEAL_OF = "针对", "Against";
    APPEAL_TEXT = "申诉内容", "What you say";
    OWN_LINK = "评价审核与申诉", "Reviews and appeals";
}
