//! How to read the pages.

texts! {
    TITLE = "怎样看这些页面", "How to read these pages";
    LEAD = "三分钟看懂名单：分数从哪里来，有多可靠，怎样核对。", "Three minutes: where the points come from, how sure they are, how to check them.";
    SCORE_TITLE = "总分", "The score";
    SCORE = "十二项准则各按固定锚点换算为 0–100 分，乘以权重后相加。锚点固定，所以多一所候选院校不会改变其他院校的先后。", "Each of twelve criteria is scaled to 0–100 on fixed anchors, multiplied by its weight and added. Anchors are fixed, so one more candidate never reorders the others.";
    TIE_TITLE = "并列与误差", "Ties and error";
    TIE = "每个分数都有标准差。相邻两所分不出高下时标为并列；“入前 k 概率”说明它真正属于前 k 名的可能性。", "Every score has a standard deviation. Neighbours that cannot be told apart are tied; P(top k) says how likely a college truly belongs to the best k.";
    EVIDENCE_TITLE = "证据", "Evidence";
    EVIDENCE = "圆点表示有数据依据的权重占几成。缺数据不等于零分：取缺省值，同时误差加大。", "Dots show the share of the weight that rests on data. No data is not zero: it takes the prior, with a larger error.";
    EXPLORE_TITLE = "探索席位", "Exploration seat";
    EXPLORE = "资料少但可能很好的院校。试一次小规模合作，名单就更准。", "A college of which little is known and which may be very good. One small engagement makes the list more certain.";
    CODE_TITLE = "复核码", "Verification code";
    CODE = "凭复核码可重建打印时的数据，再算一遍并比较。", "With the code the state at printing time is rebuilt, asked again and compared.";
    CHECK = "核对一个复核码", "Check a code";
    CHECK_DO = "核对", "Check";
    CHECK_OK = "一致：重算的名单与当时相同。", "They agree: the list recomputed is the list printed.";
    CHECK_NOT = "不一致：重算的名单与复核码不符。", "They do not agree: the list recomputed is not the one the code was printed for.";
    CHECK_AS_OF = "园区 {park}，序号 {seq}", "Park {park}, seq {seq}";
    CHECK_SHOW = "打开当时的园区页", "Open the park's page";
    CRITERIA_TITLE = "十二项准则与锚点", "The twelve criteria and their anchors";
    CRITERION = "准则", "Criterion";
    GROUP = "类别", "Group";
    ANCHORS = "原始值 → 分数", "Raw value → points";
    PRIOR = "缺省分", "Prior";
    KEYS_TITLE = "键盘", "Keyboard";
    KEYS = "Tab 移动，Enter 打开；名单更新时会朗读变化。没有单键快捷键，不与读屏软件冲突。", "Tab moves, Enter opens; updates of the list are announced. There are no single-key shortcuts that could clash with a screen reader.";
}
