//! What a college offers, and its mirror.

texts! {
    CHOOSE_TITLE = "院校资源：选择院校", "Supply: choose a college";
    CHOOSE_LEAD = "院校在这里更新专业、名额与条件，并看到怎样提升自己的名次。", "Colleges keep programmes, seats and conditions here, and see what would lift them.";
    SEARCH = "查找院校或城市", "Find a college or city";
    NONE = "没有找到院校。", "No college found.";
    CARD = "{n} 个专业", "{n} programmes";
    UPDATED = "更新于 {day}", "updated {day}";
    NEVER = "尚未更新", "never updated";
    AGE = "距今 {n} 天", "{n} days ago";
    COMPLETE = "完整度 {n}%", "{n}% complete";
    PROGRAMMES = "专业与名额", "Programmes and seats";
    PROGRAMMES_NONE = "还没有登记专业。", "No programme is entered.";
    NEW = "新专业", "New programme";
    CHANGE = "修改：{what}", "Change: {what}";
    MAJOR = "专业", "Major";
    SEATS = "每年名额", "Seats a year";
    STATIONS = "工位（空闲）", "Stations (free)";
    DUAL = "双师比", "Dual-qualified";
    FEE = "收费（元／人日）", "Fee (yuan a day)";
    SAVED = "已保存：{what}。", "Saved: {what}.";
    SAVED_FACTS = "已保存院校资料。", "The college's data are saved.";
    CLOSED = "已关闭专业 {id}。", "Programme {id} closed.";
    FACTS = "院校资料", "About the college";
    FACTS_TEXT = "只改变了的格子才需要填；空着表示未知，不当作零。", "Change only what changed; an empty field is unknown, not zero.";
    CONFIRM = "保存并确认今天的资料", "Save and confirm as of today";
    MIRROR = "怎样提升名次", "What would lift our rank";
    MIRROR_TEXT = "只用本校自己的数据，不显示其他院校。每一项都是单独改变即可达到的最小幅度。", "From the college's own data only; no other college is shown. Each is the smallest single change that would do.";
    MIRROR_PARK = "园区", "Park";
    MIRROR_LOOK = "查看", "Look";
    MIRROR_UNRANKED = "在这个园区没有参与排名。", "Not ranked in this park.";
    MIRROR_FIRST = "已是第 1 名：保持即可。", "It is #1: keep it up.";
    MIRROR_STEP = "第 {from} 名 → 第 {to} 名", "#{from} → #{to}";
    MIRROR_LEVER = "{criterion}：{from} → {to}", "{criterion}: {from} → {to}";
    MIRROR_POINTS = "换算分 {from} → {to}", "points {from} → {to}";
    MIRROR_NOTHING = "任何单独一项都不够，需要几项一起提升。", "No single change would do; several have to rise together.";
    MIRROR_WITHHELD = "评价的企业不足 3 家，满意度不单独显示。", "Fewer than 3 enterprises have rated: satisfaction is not shown by itself.";
    MIRROR_RANKS = "各园区名次", "Rank by park";
    MIRROR_SCORE = "第 {rank} 名，总分 {score}", "#{rank}, score {score}";
    UNRANKED = "未参与", "not ranked";
    RANK = "名次", "Rank";
    EDIT_OF = "修改 {what}", "Change {what}";
    CLOSE_OF = "关闭 {what}", "Close {what}";
}
