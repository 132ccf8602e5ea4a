"""What does each file of a pack hold, and how is the sample drawn? For its page of explanation. Pure."""

FILES: tuple[tuple[str, str, str], ...] = (
    (
        "campaign.json",
        "活动、制作时间、抽样种子与笔数",
        "the campaign, when the pack was made, seed and size of the sample",
    ),
    (
        "decisions.csv",
        "谁在何时就哪一版签署、文号、代理",
        "who signed which version when, document numbers, deputies",
    ),
    ("rules/", "各版规则：数据（JSON）与文字", "every version of the rules: as data (JSON) and in words"),
    ("budget.csv", "资金额度树与计数", "the tree of budget lines with its counters"),
    ("rounds.csv · lists.csv", "发放轮次、定向发放名单的文号", "rounds, and the documents of lists"),
    ("ledger/", "账户、全部分录、在途分录及其结果", "accounts, every transfer, pending ones and their ends"),
    ("vouchers.csv", "每张券", "every voucher"),
    ("redemptions.csv · shares.csv", "每笔核销与各方承担", "every redemption, and who pays which part"),
    (
        "offline/",
        "离线核销：各终端的请求及其结果、券的结清情况、持券人欠款",
        "uses without a network: the devices' claims and what they came to, vouchers' labels, holders' debts",
    ),
    ("roll-backs.csv · incidents.csv", "撤销、退款与差错", "what was undone, refunded or corrected"),
    (
        "settlement/",
        "结算事项、计价明细、风险标记、资料审核、付款批次与批量、银行凭证、清算日",
        "finance events, pricing lines, flags, reviews, batches, runs, bank acts, clearing days",
    ),
    (
        "trade-in/dossiers.csv",
        "以旧换新补贴资料：发票号码、型号、序列号、能效等级与审核",
        "dossiers of trade-in sales: invoice, model, serial number, energy label, review",
    ),
    ("merchants.csv", "参加的商户", "the merchants that took part"),
    ("reconciliation.json", "县里自己的核对结果", "what the county's own audit found"),
    ("sample.csv · sample/", "抽样清单与每笔的全部资料", "the sample, with everything about each of its redemptions"),
    (
        "chain/",
        "审计链全部链块；本活动与抽样券的条目；其所在链块的全部摘要",
        "every block of the trail's chain; entries of the campaign and the sample; all digests of their blocks",
    ),
)
SAMPLE_ZH = """抽样办法：把种子、一个换行符（LF）和核销编号按 UTF-8 连在一起算 SHA-256，
对 redemptions.csv 的每一笔都算，按结果从小到大取前若干笔。种子由审计人员输入，宜取事先没人知道的公开数值。
居民以本包专用的代号出现，只有县里能对上人；经办人员写的文字和银行账号不在包里。
居民本人所做的审计条目只给摘要：摘要在链上，原文由县里当面出示。"""
SAMPLE_EN = """The sample: SHA-256 over the seed, a line feed and the redemption's id in UTF-8, for every line of
redemptions.csv; the least are taken. The auditor enters the seed, best a public value that nobody knew beforehand.
Residents appear under pseudonyms of this pack, which the county alone can resolve; free words and bank accounts are not
in it. Of entries that residents made themselves only the digest is given: it stands in the chain, and the county shows
the entry itself on the spot.
"""


def about_zh() -> str:
    """The files, and how the sample is drawn."""
    return "\n".join(["", "里面有什么：", *(f"  {path}  {zh}" for path, zh, _ in FILES), "", SAMPLE_ZH, ""])


def about_en() -> str:
    """The same in English."""
    return "\n".join(["", "What is inside:", *(f"  {path}  {en}" for path, _, en in FILES), "", SAMPLE_EN])
