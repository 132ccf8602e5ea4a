"""Which noes does this slice know? One line each, with the mend."""

from backend.kernel.refusals import Reason


class IdentityReason(Reason):
    """Refusals of identity."""

    CODE_TOO_SOON = (
        "code-too-soon",
        429,
        "验证码刚刚发过，请稍等再获取",
        "A code was just sent; wait before asking for another",
    )
    CODE_TOO_OFTEN = (
        "code-too-often",
        429,
        "这个手机号今天获取验证码的次数太多，请稍后再试或到驿站办理",
        "Too many codes for this phone; try later or come to a station",
    )
    SMS_CAP = (
        "sms-cap-reached",
        429,
        "短信发送已达上限，请稍后再试或到驿站办理",
        "The limit of text messages is reached; try later or come to a station",
    )
    CODE_WRONG = (
        "sign-in-code-wrong",
        403,
        "验证码不对或已过期，请核对或重新获取",
        "The code is wrong or has run out; get a new one",
    )
    CODE_TRIES_SPENT = (
        "code-tries-spent",
        429,
        "验证码输错次数太多，请重新获取",
        "This code was mistyped too often; get a new one",
    )
    SIGN_IN_FAILED = (
        "sign-in-failed",
        403,
        "账号、密码或动态码不对",
        "The login, the password or the second factor is not right",
    )
    SIGN_IN_LOCKED = (
        "sign-in-locked",
        429,
        "登录失败次数太多，请 15 分钟后再试",
        "Too many failed tries; try again in fifteen minutes",
    )
    NO_ROLE = (
        "no-role",
        403,
        "账号还没有分配角色，请联系安全管理员",
        "This account has no role yet; ask the security administrator",
    )
    INVITATION_INVALID = (
        "invitation-invalid",
        403,
        "邀请链接无效、已用过或已过期，请向管理员重新索取",
        "This invitation is not valid, used or has run out; ask for a new one",
    )
    LINK_INVALID = (
        "link-invalid",
        403,
        "这个链接已经用过、过期或失效，请回到已登录的页面重新获取",
        "This link was used, has run out or is no longer good; get a new one where you are signed in",
    )
    LINK_TOO_OFTEN = (
        "link-too-often",
        429,
        "获取链接的次数太多，请稍后再试，或在浏览器里直接登录",
        "Too many links; try later, or sign in in the other browser",
    )
    PASSWORD_COMMON = (
        "password-common",
        409,
        "这个密码太常见或太容易猜到，请换一个",
        "This password is too common or easy to guess; choose another",
    )
    SECOND_FACTOR_WRONG = (
        "second-factor-wrong",
        403,
        "动态码不对，请核对手机时间后再试",
        "The second factor is not right; check the phone's clock and try again",
    )
    LOGIN_TAKEN = "login-taken", 409, "这个登录名已有人使用，请换一个", "This login is taken; choose another"
    PHONE_TAKEN = (
        "phone-taken",
        409,
        "这个手机号已属于另一个账号，一人只能有一个账号",
        "This phone belongs to another account; one person has one account",
    )
    ADMINISTRATORS_APART = (
        "administrators-apart",
        409,
        "系统、安全、审计三个管理员不能是同一人",
        "System, security and audit administrator may never be one person",
    )
    AUDITOR_APART = (
        "auditor-apart",
        409,
        "审计员不能同时是经办、复核或审批，也不能曾经办理过活动，请另选一人",
        "The auditor neither drafts, reviews nor approves, nor has ever done so; choose somebody else",
    )
    OWN_RIGHTS = "own-rights", 409, "不能更改自己的权限", "Nobody changes their own rights"
    LAST_ADMINISTRATOR = (
        "last-administrator",
        409,
        "这是最后一位该类管理员，请先任命接替的人",
        "This is the last administrator of that kind; appoint another first",
    )
    ROLE_UNFIT = (
        "role-unfit",
        409,
        "这个角色不能分配给这个账号（商户、驿站人员须先登记所属商户或驿站）",
        "This account cannot have that role (merchant and station staff need their merchant or station first)",
    )
    STAFF_ENDED = "staff-ended", 409, "这个账号已停用", "This account has ended"
    DEPUTY_UNFIT = (
        "deputy-unfit",
        409,
        "代理人与被代理人须是两个在职人员，且被代理人有这个角色",
        "Deputy and principal must be two people in office, and the principal must hold the role",
    )
    DEPUTY_DATES = (
        "deputy-dates",
        409,
        "代理须在一年内开始，结束时间须晚于开始时间和现在，且不超过一年",
        "A deputy's time begins within a year and ends after its start and after now, within a year",
    )
    KEY_UNFIT = (
        "key-unfit",
        409,
        "收银密钥须写明商户，其他密钥不能有商户",
        "A till's key needs a merchant, any other key has none",
    )
    KEY_DATES = (
        "key-dates",
        409,
        "密钥的到期时间须晚于现在，且不超过十年",
        "A key must run out after now and within ten years",
    )
    CHALLENGE_INVALID = (
        "challenge-invalid",
        409,
        "验证已过期或已用过，请重新开始",
        "The challenge has run out or was used; begin again",
    )
    CONSENT_TEXT_CHANGED = (
        "consent-text-changed",
        409,
        "说明文字已更新，请重新阅读后再决定",
        "The text has changed; read it again before deciding",
    )
    CONSENT_NEEDED = (
        "consent-needed",
        409,
        "需要您先单独同意才能办理",
        "This needs your separate consent first",
    )
    IDENTITY_NUMBER_WRONG = (
        "identity-number-wrong",
        409,
        "身份证号不对，请核对 18 位号码",
        "The identity number is not right; check its 18 characters",
    )
    PROOF_FAILED = (
        "proof-failed",
        409,
        "姓名、身份证号与手机号核对不一致，请检查，或带证件到驿站办理",
        "Name, number and phone do not match; check them, or bring the document to a station",
    )
    PROOF_UNAVAILABLE = (
        "proof-unavailable",
        409,
        "本县尚未开通网上核验，请带证件到驿站办理",
        "This county has no vendor for checks online; bring the document to a station",
    )
    PROOF_TOO_OFTEN = (
        "proof-too-often",
        429,
        "今天核验的次数太多，请明天再试，或带证件到驿站办理",
        "Too many checks today; try tomorrow, or bring the document to a station",
    )
    ACCOUNT_FROZEN = (
        "account-frozen",
        409,
        "账号已暂停，须先到驿站人工核验",
        "The account is frozen; a person at a station must look at it first",
    )


class FoundingReason(Reason):
    """Refusals of what only the command line does: founding, inviting an administrator again, demonstrating."""

    ADMINISTRATORS_FOUNDED = (
        "administrators-founded",
        409,
        "管理员已经设立，请由现任管理员办理",
        "The administrators are founded already; ask one of them",
    )
    NOT_THAT_ADMINISTRATOR = (
        "not-that-administrator",
        409,
        "这个账号不是这种管理员；命令行只重新邀请，不给人加身份",
        "This account is no such administrator; the command line invites again and gives nobody a role",
    )
    NO_SUCH_LOGIN = (
        "no-such-login",
        409,
        "没有这个账号；要新设一位管理员，请用 --name 写明姓名",
        "Nobody has this login; to make a new administrator, give their name with --name",
    )
    DEMONSTRATION_ONLY = (
        "demonstration-only",
        409,
        "只有演示县可以这样做",
        "Only a demonstration county allows this",
    )
