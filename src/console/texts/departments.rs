//! Departments' weights side by side in the lab.

texts! {
    TITLE = "几个部门的意见", "What several departments weigh";
    LEAD = "各部门的权重与名次并列，合并取平均；名次相反的院校对越多，离合并意见越远。", "Each department's weights and ranks side by side, combined as their mean; the more pairs of colleges it orders the other way, the farther it is from the mean.";
    MEAN = "平均", "Mean";
    APART = "与平均相反的院校对", "Pairs ordered otherwise than by the mean";
    RANKS = "名次", "Ranks";
    WEIGHTS = "权重", "Weights";
    TWELVE = "十二项权重", "All twelve weights";
    SPREAD = "相差", "Spread";
    USE = "用作权重", "Use as weights";
    USE_OF = "用作权重：{name}", "Use as weights: {name}";
    REMOVE = "移除", "Remove";
    REMOVE_OF = "移除“{name}”", "Remove {name}";
    NAME = "部门", "Department";
    ADD_DO = "加入", "Add";
    ADD_HINT = "三组权重都留空，即取当前滑块的十二项权重；填了则组内按当前比例分配。", "Leave the three groups empty to take the twelve weights of the sliders; else each group is shared out as the sliders do.";
    MOST = "最多 {n} 个部门", "at most {n} departments";
}
