//! When a page cannot be shown.

texts! {
    TITLE_404 = "没有这个页面", "No such page";
    TITLE_PARAMETER = "地址中的参数有误", "A parameter of the address is wrong";
    TITLE_BUSY = "现在太忙", "Too busy just now";
    TITLE_OTHER = "页面无法显示", "The page cannot be shown";
    PARAMETER = "参数 {name}：{detail}", "Parameter {name}: {detail}";
    WHAT_NOW = "可以这样做", "What you can do";
    GO_HOME = "回到择优工作台，重新选择园区", "Go to the workbench and choose a park";
    GO_BACK = "去掉参数再打开", "Open it without the parameters";
    TRY_AGAIN = "再试一次", "Try again";
    INSTANCE = "向管理员反映时请附上请求编号：", "If you report this, give the request's name: ";
}
