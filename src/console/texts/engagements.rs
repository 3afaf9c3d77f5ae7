//! The engagements of a park's enterprises.

texts! {
    TITLE = "{park}：合作与评价", "{park}: engagements and ratings";
    LEAD = "把评价链接或二维码交给企业：六次点按，不用登录。", "Give the enterprise its rating link or code: six taps, no login.";
    OPEN_LINK = "合作与评价链接", "Engagements and rating links";
    ONLY_OPEN = "只看还没有评价的", "Only those not rated";
    ALL_OF = "看全部", "All";
    NONE = "没有可以评价的合作。", "There is no engagement to rate.";
    COLLEGE = "院校", "College";
    ENTERPRISE = "企业", "Enterprise";
    PERIOD = "时间", "Period";
    RATED = "评价", "Rating";
    IS_RATED = "已评价", "rated";
    NOT_RATED = "未评价", "not rated";
    LINK = "链接与二维码", "Link and code";
    LINK_OF = "链接与二维码：{enterprise} × {college}", "Link and code: {enterprise} × {college}";
    MORE = "另有 {n} 项。", "{n} more.";
}
