//! Entering entries: fields, the catalogue to choose from, rows pasted from a spreadsheet.

texts! {
    CATALOGUE_HINT = "可输入中文、代码、拼音或拼音首字母，如 数控、460103、shukong、skjs", "By name, code, pinyin or its first letters: 460103, shukong, skjs";
    DID_YOU_MEAN = "符合“{text}”的不止一个，请选一个：", "Several fit “{text}”; choose one:";
    NOTHING_FITS = "目录里没有与“{text}”相符的专业或职业。", "Nothing in the catalogue fits “{text}”.";
    SAVE = "保存", "Save";
    SAVE_NEXT = "保存并再填一条", "Save and enter another";
    NOT_SAVED = "还没有保存：请看标出的地方。", "Not saved yet: see what is marked.";
    CLOSE = "关闭", "Close";
    EDIT = "修改", "Change";
    PASTE = "从 Excel 粘贴", "Paste from Excel";
    PASTE_HOW = "在 Excel 或 WPS 里选中行，复制，粘贴到下面。可带表头；不带表头时各列依次为：{columns}。", "Select rows in Excel or WPS, copy, and paste them below. With their heading, or without one in this order: {columns}.";
    PASTE_TRY = "检查", "Check";
    PASTE_LOAD = "保存好的 {n} 行", "Save the {n} good rows";
    PASTE_RESULT = "{rows} 行：{good} 行可保存，{bad} 行有错。还没有写入。", "{rows} rows: {good} can be saved, {bad} are bad. Nothing is written yet.";
    PASTE_DONE = "已保存 {n} 条，{same} 条与现有相同，{bad} 行有错没有保存。可在“导入导出”里撤销。", "{n} entries saved, {same} unchanged, {bad} bad rows left out. It can be taken back under “Data”.";
    PASTE_TABLE = "粘贴的内容", "What was pasted";
    PASTE_ROWS = "粘贴的行", "Rows pasted";
    BETWEEN = "、", ", ";
}
