//! The workbench's first page.

texts! {
    TITLE = "选择园区", "Choose a park";
    LEAD = "点开一个园区，即见按需求与满意度排出的合作院校名单。", "Open a park to see its colleges in order of need and satisfaction.";
    SEARCH = "查找园区、城市或产业", "Find a park, city or industry";
    SEARCH_DO = "查找", "Find";
    SUMMARY = "园区 {parks} 个，院校 {colleges} 所，评价 {ratings} 条", "{parks} parks, {colleges} colleges, {ratings} ratings";
    DEMANDS = "需求 {n} 项，{people} 人", "{n} demands, {people} people";
    DERIVED = "尚未登记需求，按主导产业推导", "No demand declared; derived from its industries";
    NOTHING = "没有找到“{q}”。", "Nothing found for “{q}”.";
    SHOW_ALL = "显示全部园区", "Show all parks";
    EMPTY = "还没有园区。请先导入数据，或用 zeyou serve --demo 打开演示城市。", "There is no park yet. Import data first, or open the demo city with zeyou serve --demo.";
    MAP = "园区分布", "Where the parks are";
    MAP_LABEL = "{n} 个园区的示意图；编号与下面的名单一致", "Schematic map of {n} parks, numbered as in the list below";
    MAP_NOTE = "按坐标绘制的示意图，不含边界。编号见下面的名单；{n} 个园区没有坐标。", "A schematic drawn from coordinates, without borders. Numbers are those of the list below; {n} parks have no coordinates.";
    MAP_SCALE = "{n} 千米", "{n} km";
    ATTENTION = "需要处理", "Needs attention";
    ATTENTION_NONE = "没有要处理的。", "Nothing needs attention.";
    UNMET = "{park}：名单前 5 所合起来仍差 {people} 人", "{park}: the first five together leave {people} people open";
    WAITING = "{park}：{n} 项合作还没有评价，其中 {soon} 项在 60 天内结束", "{park}: {n} engagements are not rated, {soon} of which ended within 60 days";
    WAITING_LONG = "{park}：{n} 项结束已久的合作还没有评价", "{park}: {n} engagements that ended long ago are not rated";
    FLAGS = "{n} 组评价与其他评价差别过大，已自动减权", "{n} blocks of ratings stand out and count less";
    STALE = "{n} 所院校的资料超过一年没有更新", "{n} colleges have not updated their data for a year";
    NEWS = "最近七天", "The last seven days";
    NEWS_NONE = "最近七天没有新的记录。", "Nothing was recorded in the last seven days.";
    NEWS_COUNT = "{kind} {n} 条", "{kind}: {n}";
    NEWS_MORE = "只数最近 {n} 条记录。", "Counted among the newest {n} records.";
    TOUR = "第一次来？三分钟导览", "New here? A tour of three minutes";
    MORE = "另有 {n} 个园区，请用查找缩小范围。", "{n} more parks; narrow them down by searching.";
}
