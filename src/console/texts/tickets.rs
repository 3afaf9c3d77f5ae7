//! Rectification and feedback.

texts! {
    NAV = "整改", "Rectification";
    TITLE = "整改与反馈", "Rectification and feedback";
    LEAD_PARK = "评价中任一项为 2 分及以下即开一单：请在 1 个工作日内联系企业，院校在 15 个工作日内答复，随后企业可追评一次。", "A rating with any mark of 2 or less opens a ticket: contact the enterprise within one working day; the college answers within 15; then the enterprise may rate once more.";
    LEAD_COLLEGE = "有企业对下列方面不满意。请在期限内说明将如何改进；这里不显示是哪家企业、哪项合作、几分、哪一天。", "Enterprises were not satisfied with the aspects below. Say in time what you will change. Which enterprise, engagement, mark or day it was is not shown.";
    LEAD_ENTERPRISE = "贵公司评价中不满意的方面及学校的答复。学校答复后或逾期未答复时，可追评一次。", "What your ratings were not satisfied with, and what the college answered. After its answer, or when it is late, you may rate once more.";
    WORKING_DAYS = "工作日按周一至周五计，不含法定节假日的调整。", "Working days are Monday to Friday; public holidays are not known.";
    NONE = "没有整改事项。", "There is nothing to rectify.";
    OPEN = "进行中 {n} 件", "{n} open";
    SUPPRESSED = "进行中的整改 {n} 件。与本校有合作的企业不足三家，为保护企业，不显示内容。", "{n} open. Fewer than three enterprises work with the college: to protect them no more is shown.";
    PAIR = "{enterprise} × {college}", "{enterprise} × {college}";
    CONTACT_DUE = "待园区联系企业", "the park is to contact the enterprise";
    CONTACT_LATE = "逾期：园区尚未联系企业", "overdue: the park has not contacted the enterprise";
    ANSWER_DUE = "待院校答复", "the college is to answer";
    ANSWER_LATE = "逾期：院校尚未答复", "overdue: the college has not answered";
    ANSWERED = "院校已答复，企业可追评", "answered: the enterprise may rate once more";
    CLOSED = "已追评，结束", "followed up and closed";
    ABOUT = "不满意：", "Not satisfied with: ";
    AND = "、", ", ";
    OVERALL = "总体", "the whole";
    SUPPLY = "招得到", "supply";
    SKILL = "用得上", "skills";
    STAY = "留得住", "staying";
    HELP = "帮得上", "help";
    ENGAGEMENT = "合作 {id}", "engagement {id}";
    OPENED = "评价于 {day}", "rated on {day}";
    CONTACT_BY = "联系期限 {day}", "contact by {day}";
    CONTACTED = "已于 {day} 联系", "contacted on {day}";
    ANSWER_BY = "答复期限 {day}", "answer by {day}";
    ANSWERED_ON = "已于 {day} 答复", "answered on {day}";
    FOLLOWED = "已于 {day} 追评", "followed up on {day}";
    CONTACT_NOTE = "联系记录：{text}", "Contact: {text}";
    ANSWER_TEXT = "院校答复：{text}", "The college answered: {text}";
    CONTACT_DO = "记录如何联系了企业", "Note how the enterprise was contacted";
    ANSWER_DO = "将如何改进", "What you will change";
    FOLLOW_UP = "去追评", "Rate once more";
    SAVE = "保存", "Save";
    DONE = "已保存。", "Saved.";
    FEEDBACK = "对合作的反馈", "Feedback on engagements";
    FEEDBACK_LEAD = "不计分。双方都提交后、或首方提交满 14 天后，对方才能看到。", "It is never scored. The other side sees it once both have spoken, or 14 days after the first did.";
    FEEDBACK_NONE = "没有待反馈的合作。", "No engagement waits for feedback.";
    FEEDBACK_OF = "哪项合作", "Which engagement";
    FEEDBACK_MARK = "是否满意", "Satisfied?";
    FEEDBACK_GIVEN = "学校对这项合作的反馈：{mark}。{text}", "What the college says of the cooperation: {mark}. {text}";
    FEEDBACK_SEALED = "学校的反馈（如有）自 {day} 起或双方都提交后显示。", "What the college says, if it does, is shown from {day} or once both have spoken.";
}
