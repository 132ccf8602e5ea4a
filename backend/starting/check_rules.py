"""Which items does the check-list of a county's start have, and how may one stand? With their words."""

from enum import StrEnum
from typing import Self


class Standing(StrEnum):
    """How an item stands."""

    DONE = "done"
    """It stands."""
    ATTENTION = "attention"
    """It stands, and something of it soon will not."""
    MISSING = "missing"
    """It does not."""
    UNKNOWN = "unknown"
    """No part of the program can tell yet: look yourself."""


class Check(StrEnum):
    """An item of the list: its code, its name and why it matters, in Chinese and English."""

    zh: str
    en: str
    why_zh: str
    why_en: str

    def __new__(cls, code: str, zh: str = "", en: str = "", why_zh: str = "", why_en: str = "") -> Self:
        """Make the member; its value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh, member.en, member.why_zh, member.why_en = zh, en, why_zh, why_en
        return member

    ADMINISTRATORS = (
        "administrators",
        "三位管理员到位",
        "Three administrators",
        "系统、安全、审计由三个人分管，谁也不能一个人说了算。",
        "System, security and audit lie with three people, so that nobody decides alone.",
    )
    DESK = (
        "desk",
        "经办、复核、审批到位",
        "Clerks, reviewer and approver",
        "活动由三个人先后签，到账由另一位经办登记，少一个人就走不下去。",
        "Three people sign a campaign and another clerk proves the money: with one less it stands still.",
    )
    PLACES = (
        "places",
        "乡镇、村和社区",
        "Towns and villages",
        "商户、驿站和居民都按乡镇、村登记。",
        "Merchants, stations and residents are kept by town and village.",
    )
    STATIONS = (
        "stations",
        "驿站和站长",
        "Stations and operators",
        "不用手机的老人到驿站办理，没有驿站他们就领不到。",
        "Elders without a phone are served at a station; without one they get nothing.",
    )
    MERCHANTS = (
        "merchants",
        "商户和证照",
        "Merchants and their papers",
        "券只能在名单上、证照有效的商户用。",
        "Vouchers are taken only by merchants on the list whose papers are in date.",
    )
    BANK_ACCOUNTS = (
        "bank-accounts",
        "商户收款账户",
        "Merchants' bank accounts",
        "没有核对过的账户，结算的钱付不出去。",
        "Without a checked account nothing can be paid out.",
    )
    SMS = (
        "sms",
        "短信通道",
        "Text messages",
        "居民用短信验证码登录，没有通道谁也进不来。",
        "Residents sign in by a code on their phone; without a gateway nobody comes in.",
    )
    BACKUP = (
        "backup",
        "最近的备份",
        "A recent backup",
        "机器坏了，只有备份里的账还在。",
        "When the machine is gone, the books are where the backup is.",
    )
    HOLIDAYS = (
        "holidays",
        "今年和明年的放假安排",
        "Holidays of this and the next year",
        "付款和到期按工作日算，调休不知道就会算错。",
        "Payouts and deadlines count working days, which shift around the holidays.",
    )
    TRUST_LIST = (
        "trust-list",
        "离线收券的信任名单",
        "The trust list for counters offline",
        "断网的柜台只认根密钥签过的签发密钥；没有名单，设备得不到离线额度，只能联网收券。",
        "Counters without a network believe only issuing keys that the county's root signed; without a list no device "
        "is dealt an allowance, and vouchers are taken online only.",
    )
    CAMPAIGN_DRAFTED = (
        "campaign-drafted",
        "活动方案已起草",
        "A campaign is drafted",
        "规则、额度和轮次先写清楚，后面的人才能核对。",
        "Rules, money and rounds are written down before anybody can check them.",
    )
    CAMPAIGN_APPROVED = (
        "campaign-approved",
        "活动已批准",
        "A campaign is approved",
        "复核、审批签过，并有文号，财政资金才能动。",
        "Public money moves only with review, approval and the document number.",
    )
    CAMPAIGN_FUNDED = (
        "campaign-funded",
        "资金已到账",
        "The money is there",
        "到账凭证登记后，额度才分到各轮次，可以开始发放。",
        "When the money is proven it is dealt to the rounds, and issuing can begin.",
    )
