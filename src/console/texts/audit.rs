//! The audit log.

texts! {
    TITLE = "审计记录", "Audit log";
    LEAD = "谁登录、被拒绝、查看了敏感数据、改动了账号与密钥。只增不改，前后相链；查看本页也会记录。", "Who signed in, was refused, read what is sensitive, changed accounts and keys. Entries are only ever added and chained to each other; reading this page is recorded too.";
    HEAD = "末端：第 {seq} 条，链值 {chain}。请定期抄录到别的系统。", "The end: entry {seq}, chain {chain}. Note it on another system now and then.";
    PURGED = "第 {seq} 条及以前已按保存期限清除。", "Entries up to {seq} were taken away after their time.";
    NONE = "还没有记录。", "No entries yet.";
    WHEN = "时间（UTC）", "When (UTC)";
    WHO = "化名与角色", "Pseudonym and role";
    NOBODY = "未知身份", "nobody known";
    WHAT = "动作", "Action";
    OBJECT = "对象", "Object";
    RESULT = "结果", "Result";
    TIMES = "次数", "Times";
    OLDER = "更早的记录", "Older entries";
    OF = "只看这个化名", "Of this pseudonym only";
    FILTER = "化名", "Pseudonym";
    FILTER_DO = "查看", "Look";
    SIGN_IN = "登录", "sign in";
    SECOND_FACTOR = "两步验证", "second step";
    SIGN_OUT = "退出", "sign out";
    SET_PASSWORD = "设置密码", "set the password";
    CHANGE_PASSWORD = "修改密码", "change the password";
    CREATE_ACCOUNT = "新建账号", "make an account";
    DISABLE_ACCOUNT = "停用账号", "disable an account";
    ENABLE_ACCOUNT = "启用账号", "enable an account";
    RESET_ACCOUNT = "重置账号", "reset an account";
    ERASE_ACCOUNT = "删除账号", "erase an account";
    MAKE_KEY = "新建密钥", "make a key";
    REVOKE_KEY = "吊销密钥", "revoke a key";
    MAKE_LINK = "生成评价链接", "make a rating link";
    READ_RATING = "查看一条评价", "read a rating";
    READ_FLAGS = "查看可疑评价组", "read the flags";
    READ_DECISION = "查看决定", "read decisions";
    READ_AUDIT = "查看审计记录", "read the audit log";
    EXPORT = "导出", "export";
    EXPORT_SUBJECT = "导出账号的数据", "export what is kept of an account";
    PURGE = "清除过期记录", "purge old entries";
    OK = "完成", "done";
    PASSWORD_OK = "密码正确，待两步验证", "password right, second step to come";
    WRONG = "不对", "wrong";
    TOO_MANY = "尝试过多", "too many attempts";
    UNSIGNED = "未登录", "not signed in";
    FORBIDDEN = "无权", "not allowed";
    NOT_FOUND = "没有或不属于它", "not there, or another's";
}
