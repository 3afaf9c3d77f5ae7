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
}
