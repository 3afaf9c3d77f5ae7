//! Around every page.

texts! {
    BRAND = "择优", "Zeyou";
    TAGLINE = "按需求与满意度择优选取合作院校", "Partner colleges by need and satisfaction";
    SKIP = "跳到正文", "Skip to content";
    NAV = "主导航", "Main navigation";
    NAV_HOME = "择优工作台", "Workbench";
    NAV_NEEDS = "企业需求", "Needs";
    NAV_SUPPLY = "院校资源", "Supply";
    NAV_DATA = "导入导出", "Data";
    NAV_HELP = "说明", "Help";
    NAV_API = "数据接口", "API";
    TOOLS = "页面工具", "Page tools";
    CHINESE = "中文", "中文";
    ENGLISH = "English", "English";
    LARGE_ON = "大字", "Larger text";
    LARGE_OFF = "标准字", "Normal text";
    PRINT = "打印", "Print";
    RECOMMENDS = "名单只作推荐，由园区、企业与院校双方确认，绝不指派。", "A list recommends; park, enterprises and colleges confirm it mutually. It never assigns.";
    LIVE_ON = "实时更新中", "Live";
    LIVE_OFF = "已断开，正在重连", "Disconnected, reconnecting";
    AS_OF = "数据截至 {day}，序号 {seq}，模型 {model}", "As of {day}, seq {seq}, model {model}";
}
