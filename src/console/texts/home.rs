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
    MORE = "另有 {n} 个园区，请用查找缩小范围。", "{n} more parks; narrow them down by searching.";
}
