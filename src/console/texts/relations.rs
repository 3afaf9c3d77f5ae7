//! Related parties.

texts! {
    TITLE = "关联方", "Related parties";
    LEAD = "企业与院校有股权或人员关联时，自关联首日起、至关联终止日止所给的评价照常显示，但不计入名单。", "Where ownership or a person ties an enterprise and a college, ratings given from the first to the last day of the tie are shown and do not count.";
    NONE = "没有登记的关联关系。", "No tie is known.";
    ENTERPRISE = "企业代码", "Enterprise code";
    COLLEGE = "院校代码", "College code";
    KIND = "关联类型", "Kind";
    OWNERSHIP = "股权关联", "Ownership";
    PERSONAL = "人员关联", "Personal";
    BASIS = "依据", "Basis";
    FROM = "首日", "First day";
    TO = "终止日", "Last day";
    BEFORE = "终止日早于首日", "the last day lies before the first";
    LASTS = "未终止", "lasts";
    DO = "操作", "Actions";
    END = "终止", "End";
    BACK = "撤销（并无关联）", "Take back (there was none)";
    ADD = "登记关联关系", "Make a tie known";
    LINK = "关联方", "Related parties";
}
