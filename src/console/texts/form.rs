//! Forms that cannot be taken.

texts! {
    FOREIGN = "这个表单不是从本系统的页面提交的，没有处理。", "The form was sent by a page of another site; nothing was done.";
    TOO_SLOW = "表单没有在时限内到齐，请再试一次。", "The form did not arrive in time; try again.";
    TOO_LARGE = "表单过大。一份文件最多 8 MiB，请分成几份。", "The form is too large. A file may have 8 MiB: split it.";
    MALFORMED = "表单内容不完整，请返回上一页再提交一次。", "The form is incomplete; go back and send it again.";
}
