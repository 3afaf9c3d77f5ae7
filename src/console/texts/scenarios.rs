//! Kept scenarios.

texts! {
    TITLE = "已存的情景", "Kept scenarios";
    LEAD = "勾选二至四个并排比较；每个名次变化都带有最主要的原因。", "Tick two to four to see them side by side; every move of rank says what did most of it.";
    LIST = "选择情景", "Choose scenarios";
    NONE = "还没有存过情景：在园区的“情景推演”里保存。", "No scenario is kept yet: keep one in a park's scenario lab.";
    KEPT = "情景已保存。", "The scenario is kept.";
    CHANGES = "{n} 项改动", "{n} changes";
    OPEN = "打开", "Open";
    OPEN_OF = "打开情景“{name}”", "Open “{name}”";
    COMPARE = "并排比较（二至 {n} 个）", "Compare side by side (two to {n})";
    SIDE_BY_SIDE = "园区 {park}：并排比较", "Park {park}: side by side";
    OTHERS = "其他院校变动更大", "others moved more";
    ADOPT = "锁定为决定", "Adopt as a decision";
    ADOPT_TEXT = "记录采纳了哪个情景、谁参加、谁回避、为什么、何时复核。只作推荐，不指派。", "Records which scenario was adopted, who took part, who stood aside, why, and when it is reviewed. It recommends; it never assigns.";
    WHICH = "情景", "Scenario";
    NAME = "决定名称", "Name of the decision";
    REVIEW = "复核日", "Day of review";
    ATTENDEES = "参会角色（每行一个，不写姓名）", "Roles that took part (one a line, no names)";
    RECUSALS = "回避（每行一个，角色：理由）", "Recusals (one a line, role: reason)";
    REASONS = "理由", "Reasons";
    ADOPT_DO = "记录决定", "Record the decision";
}
