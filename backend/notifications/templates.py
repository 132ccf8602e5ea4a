"""Which messages does the county send? Data only; each line is registered with the SMS vendor under its code."""

from backend.notifications.rules import Template

SIGN_IN_CODE = Template(
    code="sign-in-code",
    title_zh="登录验证码",
    title_en="Sign-in code",
    body_zh="验证码 {code}，{minutes} 分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。",
    body_en="Your code is {code}, valid for {minutes} minutes. Our staff never ask for it; tell nobody.",
    worth_sending_minutes=5,
)
HOLDER_KEY_REPLACED = Template(
    code="holder-key-replaced",
    title_zh="消费券已换到新手机",
    title_en="Your vouchers moved to a new phone",
    body_zh="您的消费券改由另一部手机出示，原手机不能再出示。如非本人操作，请立即联系驿站或拨打咨询电话。",
    body_en="Another phone now shows your vouchers; the old one cannot any more. Not you? Tell a station now.",
)
ACCOUNT_FROZEN = Template(
    code="account-frozen",
    title_zh="账号已暂停领券",
    title_en="Your account may not claim for now",
    body_zh="您的账号因“{why}”暂停领券。如有异议，可到任一驿站申请人工核验。",
    body_en="Your account may not claim for now, because of: {why}. Any station can have a person look at it.",
)
ACCOUNT_UNFROZEN = Template(
    code="account-unfrozen",
    title_zh="账号已恢复领券",
    title_en="Your account may claim again",
    body_zh="经人工核验，您的账号已恢复领券。",
    body_en="A person has looked at it: your account may claim again.",
)
PERSONAL_DATA_SEEN = Template(
    code="personal-data-seen",
    title_zh="有工作人员查看了您的个人信息",
    title_en="Somebody of the office looked at your data",
    body_zh="工作人员因“{purpose}”查看了您的完整个人信息。可在“我的—谁看过我的信息”中查看记录。",
    body_en="For the purpose “{purpose}” a staff member saw your data in full. See “Who looked” in your account.",
)

TEMPLATES: tuple[Template, ...] = (
    SIGN_IN_CODE,
    HOLDER_KEY_REPLACED,
    ACCOUNT_FROZEN,
    ACCOUNT_UNFROZEN,
    PERSONAL_DATA_SEEN,
)
