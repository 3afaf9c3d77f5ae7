//! A park's needs.

texts! {
    CHOOSE_TITLE = "企业需求：选择园区", "Needs: choose a park";
    CHOOSE_LEAD = "登记园区和企业要的人。登记之前，名单按主导产业推导需求。", "Enter whom the park and its enterprises need. Until then lists derive the need from leading industries.";
    TITLE = "{park}：需求", "{park}: needs";
    SUMMARY = "需求 {n} 项，{people} 人", "{n} needs, {people} people";
    TO_LIST = "看名单", "See the shortlist";
    KEEP = "登记或修改需求", "Enter or change needs";
    NEW = "新需求", "New need";
    CHANGE = "修改需求 {id}", "Change need {id}";
    KIND = "类型", "Kind";
    TARGET = "专业或职业", "Major or occupation";
    HEADCOUNT = "人数", "People";
    LEVEL = "技能等级", "Skill level";
    ANY_LEVEL = "不限", "any";
    START = "起", "From";
    END = "止", "To";
    URGENCY = "紧急程度", "Urgency";
    ENTERPRISE = "企业", "Enterprise";
    PARK_ITSELF = "园区自身", "the park itself";
    NOTE = "备注", "Note";
    SAVED = "已保存需求 {id}：{what}，{people} 人。可承接的院校 {n} 所。", "Need {id} saved: {what}, {people} people. {n} colleges could meet it.";
    CLOSED = "已关闭需求 {id}。", "Need {id} closed.";
    WARN = "请留意（不影响保存）：", "Look at again (it is saved all the same):";
    LIST = "已登记的需求", "Needs entered";
    NONE = "还没有登记需求：现在的名单按主导产业推导。", "No need is entered: lists derive it from leading industries.";
    WHO = "可承接院校", "Colleges";
    WHEN = "时间", "When";
    PERIOD = "{start} 至 {end}", "{start} to {end}";
    EDIT_OF = "修改需求 {id}", "Change need {id}";
    CLOSE_OF = "关闭需求 {id}", "Close need {id}";
    ACTIONS = "操作", "Actions";
    NOBODY = "目前没有院校开设这类专业，可能成为缺口", "no college offers such a major; it may stay unmet";
    OVER = "止日已过", "its last day is over";
    LONG = "实习超过半年；一般不超过 6 个月", "an internship of more than half a year; six months are usual";
    SOON = "一个月内就开始，紧急程度却是“一般”", "it begins within a month but is “normal”";
    MANY = "人数超过 300，请再核对", "more than 300 people; check the number";
    SIMILAR = "与需求 {id} 同类、同专业、时间重叠", "need {id} wants the same at the same time";
}
