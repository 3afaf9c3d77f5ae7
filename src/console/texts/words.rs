//! The words of the field: codes in data, labels here.

texts! {
    STAGE_NEW = "新建园区", "New park";
    STAGE_ESTABLISHED = "已建成园区", "Established park";
    GROUP_NEED = "需求吻合", "Need";
    GROUP_OUTCOME = "满意与成效", "Outcome";
    GROUP_CONDITION = "条件与服务", "Condition";
    HIRE = "招聘", "Hiring";
    TRAIN = "职工培训", "Worker training";
    INTERN = "学生实习", "Internship";
    ORDER_CLASS = "订单培养", "Order class";
    TECH_PROJECT = "技术攻关", "Technical project";
    SUSPENDED = "办学资格暂停", "Licence suspended";
    COMPLAINT = "严重投诉未处理", "Serious complaint unresolved";
    DECLINED = "院校谢绝与本园区合作", "Declined to work with the park";
    FACILITY_FULL = "实训工位已满", "All training stations taken";
    STALE_SUPPLY = "供给资料过期未更新", "Supply confirmed too long ago";
    MAJOR_GROUP = "专业大类不符（实习不得跨大类）", "Other major group (internships may not cross it)";
    TOO_FAR = "超出所限距离", "Farther than asked";
    BY_QUESTION = "本次筛选排除", "Excluded by this question";
    MEASURED = "已知", "Known";
    IMPLIED = "推断", "Implied";
    DERIVED = "按产业推导", "Derived";
    PRIOR = "缺数据，取缺省值", "No data: the prior";
    DAY = "{year}年{month}月{day}日", "{day} {month_name} {year}";
    UNKNOWN = "未知", "Unknown";
    UNIT_PERCENT = "{n}%", "{n}%";
    UNIT_OF_FIVE = "{n} 分（满分 5）", "{n} of 5";
    UNIT_YEARS = "{n} 年", "{n} years";
    UNIT_DAYS = "{n} 个工作日", "{n} working days";
    UNIT_PROJECTS = "{n} 项（三年）", "{n} projects in 3 years";
    UNIT_MINUTES = "{n} 分钟", "{n} minutes";
    UNIT_PLEDGES = "{n} 项承诺", "{n} pledges";
    KIND_RATING = "评价", "rating";
    KIND_ENGAGEMENT = "合作", "engagement";
    KIND_DEMAND = "需求", "demand";
    KIND_PROGRAMME = "专业供给", "programme";
    KIND_COLLEGE = "院校资料", "college";
    KIND_PARK = "园区资料", "park";
    KIND_CLOCK = "日期更替", "a new day";
    KIND_OTHER = "其他资料", "other data";
}
