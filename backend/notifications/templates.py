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
STATION_CODE = Template(
    code="station-code",
    title_zh="驿站代办验证码",
    title_en="A station serves you",
    body_zh="{station_zh}正在替您办事，验证码 {code}，{minutes} 分钟内有效。只念给您面前的站长；"
    "您不在驿站就不要告诉任何人，并请联系县里。",
    body_en="{station_en} acts on your behalf. Your code is {code}, valid for {minutes} minutes. Read it only to the "
    "operator in front of you; not at the station? Tell nobody, and call the county.",
    worth_sending_minutes=10,
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
REFUSAL_EXPLAINED = Template(
    code="refusal-explained",
    title_zh="工作人员应您来电查看了领券记录",
    title_en="The office looked into your call",
    body_zh="您来电咨询领券用券，工作人员经您同意查看了您的领券、用券记录（未看姓名和证件）。"
    "可在“我的—谁看过我的信息”中查看记录。如非您本人来电，请立即联系驿站。",
    body_en="You called about vouchers and agreed that a staff member look at your claims and vouchers (not your "
    "name or papers). See “Who looked” in your account. Not you? Tell a station now.",
)
DOCUMENT_RECORDED = Template(
    code="document-recorded",
    title_zh="您的账号登记了一张证件",
    title_en="A document was recorded with your account",
    body_zh="{station_zh}核对了一张{document_zh}，并登记到您的账号（只留校验值，不留号码）。如非您本人办理，请立即联系驿站或拨打咨询电话。",
    body_en="At {station_en} a document ({document_en}) was seen and recorded with your account; its number is not "
    "kept. Not you? Tell a station or call us now.",
)
PAPER_CARD_ISSUED = Template(
    code="paper-card-issued",
    title_zh="办了一张纸质卡",
    title_en="A paper card was issued",
    body_zh="{station_zh}为持卡人办了一张纸质消费券卡，以前的卡已作废，每次用卡都会告知。如非本人办理，请立即联系驿站或拨打咨询电话。",
    body_en="{station_en} issued a paper card for vouchers; earlier cards are void, and each use is told. Not you? "
    "Tell a station or call us now.",
)
PAPER_CARD_ENDED = Template(
    code="paper-card-ended",
    title_zh="纸质卡已停用",
    title_en="A paper card has ended",
    body_zh="纸质消费券卡已挂失或收回，不能再用。卡里的消费券还在，带证件到驿站可以换新卡。",
    body_en="The paper card was lost or taken back and is void. Its vouchers remain: a station gives a new card.",
)
PAPER_CARD_USED = Template(
    code="paper-card-used",
    title_zh="用了一次纸质卡",
    title_en="A paper card was used",
    body_zh="纸质卡在{place_zh}用于一张消费券，最多抵扣 {face} 元。如非本人使用，请立即联系驿站或拨打咨询电话挂失。",
    body_en="The paper card was used at {place_en} for a voucher of up to {face} yuan. Not you? Report it lost now.",
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
BILL_REFUNDED = Template(
    code="bill-refunded",
    title_zh="一笔消费有退款",
    title_en="Part of a bill was given back",
    body_zh="{merchant_zh}办理了退款：退给您 {paid} 元，优惠部分 {discount} 元退回原资金。“{voucher_zh}”已使用，"
    "不再退回。",
    body_en="{merchant_en} gave back {paid} yuan to you, and {discount} yuan of the discount to whoever had paid it. "
    "“{voucher_en}” stays used.",
)
VOUCHER_EXPIRED = Template(
    code="voucher-expired",
    title_zh="一张消费券已过期",
    title_en="A voucher has run out",
    body_zh="“{voucher_zh}”（面额 {face} 元）到 {until} 没有使用，已经过期，金额退回原资金额度。",
    body_en="“{voucher_en}” worth {face} yuan was not used by {until} and has run out; its money went back.",
)
APPLICATION_RETURNED = Template(
    code="merchant-application-returned",
    title_zh="商户申请需要补正",
    title_en="Your application needs mending",
    body_zh="您在“{call_zh}”中的申请已退回补正，请在“我的申请”里查看原因，补正后再次提交。",
    body_en="Your application under “{call_en}” was sent back. See why under “My applications”, then mend it.",
)
APPLICATION_REFUSED = Template(
    code="merchant-application-refused",
    title_zh="商户申请未通过",
    title_en="Your application was refused",
    body_zh="您在“{call_zh}”中的申请未通过，原因见“我的申请”。如有疑问请联系县办。",
    body_en="Your application under “{call_en}” was refused; the reason is under “My applications”. The office answers "
    "questions.",
)
APPLICATION_PUBLICISED = Template(
    code="merchant-application-publicised",
    title_zh="商户申请正在公示",
    title_en="Your application is published",
    body_zh="您在“{call_zh}”中的申请已复核通过，公示至 {until}。期间任何人都可以提出异议。",
    body_en="Your application under “{call_en}” passed the review and is published until {until}; anybody may object.",
)
APPLICATION_LISTED = Template(
    code="merchant-application-listed",
    title_zh="已列入商户名单",
    title_en="You are on the list",
    body_zh="您已列入“{call_zh}”商户名单，可以参加使用这份名单的活动。",
    body_en="You are on the list of “{call_en}” and take part in the campaigns that use it.",
)
PAPERS_ENDING = Template(
    code="merchant-papers-ending",
    title_zh="许可证快到期了",
    title_en="A licence ends soon",
    body_zh="您的{licence_zh}（{number}）有效期至 {until}。请尽快换证并提交核验，过期后将暂停收券。",
    body_en="Your {licence_en} ({number}) is good until {until}. Renew it and hand it in; without it you may not take "
    "vouchers.",
)
PAPERS_OVER = Template(
    code="merchant-papers-over",
    title_zh="许可证已过期，收券已暂停",
    title_en="A licence has ended; vouchers are stopped",
    body_zh="您店必需的许可证已过有效期，自今日起暂停收券。提交新证并经县办核验后恢复。",
    body_en="A licence that your trade needs has run out: no vouchers until the office has verified a new one.",
)
PAPERS_VERIFIED = Template(
    code="merchant-papers-verified",
    title_zh="新证件已核验",
    title_en="Your new papers are verified",
    body_zh="您提交的证件已核验通过。因证件到期暂停的收券已恢复。",
    body_en="Your new papers are verified. If vouchers were stopped for an old one, you take them again.",
)
PAPERS_RETURNED = Template(
    code="merchant-papers-returned",
    title_zh="新证件未通过核验",
    title_en="Your new papers were sent back",
    body_zh="您提交的证件未通过核验，请在“证件”里查看原因后重新提交。",
    body_en="Your new papers were sent back; see why under “Papers” and hand them in again.",
)
TRADE_IN_APPROVED = Template(
    code="trade-in-approved",
    title_zh="补贴资料已审核通过",
    title_en="A dossier was approved",
    body_zh="“{appliance_zh} {model}”的补贴资料已审核通过，补贴随最近一批款项支付。",
    body_en="The papers of “{appliance_en} {model}” were approved; the subsidy is paid with the next batch.",
)
TRADE_IN_RETURNED = Template(
    code="trade-in-returned",
    title_zh="补贴资料被退回，请补正",
    title_en="A dossier was returned to be mended",
    body_zh="“{appliance_zh} {model}”的补贴资料被退回，请在“补贴资料”里查看原因，补正后重新提交。",
    body_en="The papers of “{appliance_en} {model}” were returned; see why under “Dossiers”, mend and file them again.",
)
TRADE_IN_REJECTED = Template(
    code="trade-in-rejected",
    title_zh="补贴资料未通过，不予补贴",
    title_en="A dossier was rejected; no subsidy is paid",
    body_zh="“{appliance_zh} {model}”的补贴资料未通过，这笔补贴不予支付。原因见“补贴资料”，有疑问请联系县办。",
    body_en="The papers of “{appliance_en} {model}” were rejected and are not paid; see why under “Dossiers”.",
)
ACCOUNT_PROPOSED = Template(
    code="merchant-account-proposed",
    title_zh="收款账户变更待审批",
    title_en="A new bank account waits for approval",
    body_zh="有人提出把收款账户改为{bank_zh}尾号 {tail}，等待县办审批。如非本店办理，请立即联系县办。",
    body_en="Somebody proposed the account ending in {tail} at {bank_zh} for payouts. Not you? Tell the office now.",
)
ACCOUNT_APPROVED = Template(
    code="merchant-account-approved",
    title_zh="收款账户变更已批准",
    title_en="A new bank account was approved",
    body_zh="收款账户改为尾号 {tail} 的变更已批准，{since} 起生效，之前仍付到原账户。如非本店办理，请在生效前撤回。",
    body_en="The account ending in {tail} is approved and counts from {since}; until then the old one does. Not you? "
    "Withdraw it before.",
)
ACCOUNT_WITHDRAWN = Template(
    code="merchant-account-withdrawn",
    title_zh="收款账户变更已撤回",
    title_en="A new bank account was withdrawn",
    body_zh="收款账户改为尾号 {tail} 的变更已撤回，付款账户不变。",
    body_en="The change to the account ending in {tail} was withdrawn; payouts go where they went.",
)
PAYOUT_HELD = Template(
    code="merchant-payout-held",
    title_zh="有付款暂缓，等待核对",
    title_en="Payouts wait for a check",
    body_zh="{day_zh}清算时，有 {count} 笔核销共 {amount} 元暂缓付款，由县办核对。可在“结算”里补交凭证或申诉。",
    body_en="At the clearing of {day_en} payouts were held for a check by the office: redemptions {count}, together "
    "{amount} yuan. Hand in a proof or contest it under “Money”.",
)
PAYOUT_MADE = Template(
    code="merchant-payout-made",
    title_zh="一笔结算款已付",
    title_en="A payout was made",
    body_zh="{day_zh}清算的 {count} 笔共 {amount} 元，银行已付到您的收款账户。请到账后核对“结算”里的结算单。",
    body_en="The bank has paid {amount} yuan into your account, for the clearing of {day_en} (entries: {count}). "
    "Compare it with the statement under “Money”.",
)
PAYOUT_REJECTED = Template(
    code="merchant-payout-rejected",
    title_zh="一笔结算款没有付成",
    title_en="A payout did not go through",
    body_zh="{day_zh}清算的 {count} 笔共 {amount} 元，银行没有付成，款项仍记在您名下，将重新支付。请核对收款账户。",
    body_en="The bank could not pay {amount} yuan for the clearing of {day_en} (entries: {count}). It stays owed to "
    "you and will be paid again. Check your bank account.",
)
CAMPAIGN_WARNED = Template(
    code="campaign-warned",
    title_zh="活动预警",
    title_en="A campaign needs a look",
    body_zh="“{campaign_zh}”{rule_zh}{value_zh}，达到预警线 {limit_zh}。{figures_zh}。请查看实时看板。",
    body_en="“{campaign_en}”: {rule_en} is {value_en}, at or above {limit_en}. {figures_en}. See the live board.",
)
CAMPAIGN_BRAKED = Template(
    code="campaign-braked",
    title_zh="活动已自动暂停（熔断）",
    title_en="A campaign was paused automatically",
    body_zh="“{campaign_zh}”{rule_zh}{value_zh}，达到暂停线 {limit_zh}，已自动暂停。{figures_zh}。"
    "核实后由工作人员恢复。",
    body_en="“{campaign_en}” was paused: {rule_en} is {value_en}, at or above {limit_en}. {figures_en}. A person looks "
    "and resumes it.",
)

TEMPLATES: tuple[Template, ...] = (
    SIGN_IN_CODE,
    STATION_CODE,
    HOLDER_KEY_REPLACED,
    ACCOUNT_FROZEN,
    ACCOUNT_UNFROZEN,
    PERSONAL_DATA_SEEN,
    REFUSAL_EXPLAINED,
    DOCUMENT_RECORDED,
    VOUCHER_CLAIMED,
    VOUCHER_REDEEMED,
    REDEMPTION_UNDONE,
    REDEMPTION_UNDONE_TOO_LATE,
    BILL_REFUNDED,
    VOUCHER_EXPIRED,
    APPLICATION_RETURNED,
    APPLICATION_REFUSED,
    APPLICATION_PUBLICISED,
    APPLICATION_LISTED,
    PAPERS_ENDING,
    PAPERS_OVER,
    PAPERS_VERIFIED,
    PAPERS_RETURNED,
    TRADE_IN_APPROVED,
    TRADE_IN_RETURNED,
    TRADE_IN_REJECTED,
    ACCOUNT_PROPOSED,
    ACCOUNT_APPROVED,
    ACCOUNT_WITHDRAWN,
    PAYOUT_HELD,
    PAYOUT_MADE,
    PAYOUT_REJECTED,
    CAMPAIGN_WARNED,
    CAMPAIGN_BRAKED,
    PAPER_CARD_ISSUED,
    PAPER_CARD_ENDED,
    PAPER_CARD_USED,
)
