//! The guided tour.

texts! {
    LABEL = "导览", "Tour";
    STEP = "导览 {n}/4", "Tour {n}/4";
    STEP_1 = "这里是全部园区：分布图、要处理的事、最近的变化。点任何一个园区即见它的合作院校名单；下一步打开第一个。", "All parks: where they are, what needs attention, what changed. Any of them opens its shortlist; the next step opens the first.";
    STEP_2 = "名单按需求与满意度排出：分组得分条带误差，“=”表示差距小到分不出先后，未参与的院校都写明原因。下一步看第 1 名为什么是第 1 名。", "Colleges in order of need and satisfaction: bars by group with their error, “=” for what is too close to call, and a reason for each one left out. Next: why the first is first.";
    STEP_3 = "一句话、三个理由、最弱的一项；下面的表逐项相加即为总分，并说明什么会改变名次。下一步自己改权重。", "One sentence, three reasons, the weakest point; the table below adds up to the score, and says what would change the order. Next: move the weights yourself.";
    STEP_4 = "拖动任意一个滑块，或按 −/+：名次随之更新并说明原因，什么都不会写入。这就是一个情景，地址栏即可分享。", "Move any slider, or press −/+: ranks follow and say why, and nothing is written. That is a scenario; its address can be shared.";
    NEXT = "下一步", "Next";
    BACK = "上一步", "Back";
    SKIP = "结束导览", "End the tour";
    DONE = "完成", "Done";
}
