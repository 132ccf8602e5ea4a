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
DOCUMENT_RECORDED = Template(
    code="document-recorded",
    title_zh="您的账号登记了一张证件",
    title_en="A document was recorded with your account",
    body_zh="{station_zh}核对了一张{document_zh}，并登记到您的账号（只留校验值，不留号码）。如非您本人办理，请立即联系驿站或拨打咨询电话。",
    body_en="At {station_en} a document ({document_en}) was seen and recorded with your account; its number is not "
    "kept. Not you? Tell a station or call us now.",
)
VOUCHER_CLAIMED = Template(
    code="voucher-claimed",
    title_zh="领到一张消费券",
    title_en="You have a new voucher",
    body_zh="您领到“{voucher_zh}”一张，面额 {face} 元，有效期至 {until}。付款前请向商户出示券码。",
    body_en="You took one “{voucher_en}” worth {face} yuan, good until {until}. Show its code before you pay.",
)
VOUCHER_REDEEMED = Template(
    code="voucher-redeemed",
    title_zh="用掉一张消费券",
    title_en="A voucher was used",
    body_zh="“{voucher_zh}”已在{merchant_zh}使用：账单 {bill} 元，抵扣 {discount} 元，您付 {paid} 元。"
    "如非您本人使用，请联系驿站或拨打咨询电话。",
    body_en="“{voucher_en}” was used at {merchant_en}: bill {bill} yuan, discount {discount} yuan, you pay {paid} "
    "yuan. Not you? Tell a station or call us.",
)
REDEMPTION_UNDONE = Template(
    code="redemption-undone",
    title_zh="消费券已退回",
    title_en="Your voucher is back",
    body_zh="{merchant_zh}撤销了一笔用券，抵扣的 {discount} 元已退回。“{voucher_zh}”可以再用，有效期至 {until}。",
    body_en="{merchant_en} took a bill back, with its discount of {discount} yuan. You can use “{voucher_en}” again "
    "until {until}.",
)
REDEMPTION_UNDONE_TOO_LATE = Template(
    code="redemption-undone-too-late",
    title_zh="一笔用券已撤销",
    title_en="A bill was taken back",
    body_zh="{merchant_zh}撤销了一笔用券，抵扣的 {discount} 元已退回。“{voucher_zh}”已过有效期 {until}，不能再用。",
    body_en="{merchant_en} took a bill back, with its discount of {discount} yuan. “{voucher_en}” ran out on {until} "
    "and cannot be used any more.",
)
VOUCHER_EXPIRED = Template(
    code="voucher-expired",
    title_zh="一张消费券已过期",
    title_en="A voucher has run out",
    body_zh="“{voucher_zh}”（面额 {face} 元）到 {until} 没有使用，已经过期，金额退回原资金额度。",
    body_en="“{voucher_en}” worth {face} yuan was not used by {until} and has run out; its money went back.",
)

TEMPLATES: tuple[Template, ...] = (
    SIGN_IN_CODE,
    HOLDER_KEY_REPLACED,
    ACCOUNT_FROZEN,
    ACCOUNT_UNFROZEN,
    PERSONAL_DATA_SEEN,
    DOCUMENT_RECORDED,
    VOUCHER_CLAIMED,
    VOUCHER_REDEEMED,
    REDEMPTION_UNDONE,
    REDEMPTION_UNDONE_TOO_LATE,
    VOUCHER_EXPIRED,
)
