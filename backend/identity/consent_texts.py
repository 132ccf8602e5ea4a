"""To what may people say yes or no, and in which words? Data; a changed text gets a new version."""

import hashlib
from enum import StrEnum

from msgspec import Struct


class ConsentKind(StrEnum):
    """What needs a separate consent (PIPL articles 14, 23, 25, 29, 38)."""

    PRECISE_LOCATION = "precise-location"
    """精确位置"""
    IDENTITY_NUMBER = "identity-number"
    """身份证号"""
    HEALTH = "health"
    """健康信息"""
    BANK = "bank"
    """银行账户"""
    SMS_VENDOR = "third-party-sms-vendor"
    """向短信服务商提供"""
    IDENTITY_VENDOR = "third-party-identity-vendor"
    """向实名核验机构提供"""
    PAYMENT_VENDOR = "third-party-payment-vendor"
    """向支付机构提供"""
    PUBLISHING = "publishing"
    """公开发布"""
    ABROAD = "abroad"
    """向境外提供"""


class ConsentText(Struct, frozen=True, kw_only=True):
    """What is read before deciding; refusing never takes away what works without it."""

    kind: ConsentKind
    version: int
    zh: str
    en: str

    @property
    def hash(self) -> bytes:
        """SHA-256 over kind, version and both texts: what a person agreed to, provable."""
        return hashlib.sha256(f"{self.kind}\0{self.version}\0{self.zh}\0{self.en}".encode()).digest()


_TEXTS = (
    ConsentText(
        kind=ConsentKind.PRECISE_LOCATION,
        version=2,
        zh="同意后，要把手机精确位置发给县里的服务才能使用它。目前没有这样的服务；以后有了，会换成写明用途的新文字，再请您决定。"
        "“附近”只在您的手机上算距离，位置不发送、不保存，不需要这项授权。不同意也可按乡镇查找。",
        en="Only with your consent may a service that sends your phone's precise position to the county use it. There "
        "is no such service today; one that comes will bring a new text that names its purpose, and ask you again. "
        "What is near is worked out on your phone: the position is neither sent nor kept, and no consent is needed. "
        "Without it you can search by town.",
    ),
    ConsentText(
        kind=ConsentKind.IDENTITY_NUMBER,
        version=1,
        zh="同意后，我们用您的身份证号核验身份、防止重复领取。号码加密保存，账号注销即删除。不同意可到驿站带证件办理。",
        en="With your consent we use your identity number to check who you are and to keep claims fair. It is stored "
        "encrypted and erased when you close your account. Without it, bring your card to a station.",
    ),
    ConsentText(
        kind=ConsentKind.HEALTH,
        version=1,
        zh="同意后，驿站为您办理涉及健康的事项时可记录必要的健康信息。不同意不影响其他服务。",
        en="With your consent a station may note health facts that a service needs. Others do not need it.",
    ),
    ConsentText(
        kind=ConsentKind.BANK,
        version=1,
        zh="同意后，我们用您的银行账户向您退款或发放补助。账户加密保存。不同意可选择原路退回。",
        en="With your consent we use your bank account for refunds and grants. It is stored encrypted. Without it, "
        "refunds go the way the payment came.",
    ),
    ConsentText(
        kind=ConsentKind.SMS_VENDOR,
        version=1,
        zh="同意后，除登录验证码外，我们还通过短信服务商向您的手机发送到期等提醒。不同意仍可在收件箱查看。",
        en="With your consent reminders also reach your phone through our SMS vendor, besides sign-in codes. "
        "Without it you find them in your inbox.",
    ),
    ConsentText(
        kind=ConsentKind.IDENTITY_VENDOR,
        version=1,
        zh="同意后，我们把您的姓名、身份证号和手机号提供给持牌实名核验机构核对一致性。不同意可到驿站带证件办理。",
        en="With your consent a licensed vendor checks that your name, identity number and phone belong together. "
        "Without it, bring your card to a station.",
    ),
    ConsentText(
        kind=ConsentKind.PAYMENT_VENDOR,
        version=1,
        zh="同意后，您在线付款时我们向支付机构提供订单号和金额，不提供姓名和手机号。不同意可到店付款。",
        en="With your consent the payment institution learns order number and amount, not your name or phone. "
        "Without it you can pay at the shop.",
    ),
    ConsentText(
        kind=ConsentKind.PUBLISHING,
        version=1,
        zh="同意后，您的评价或照片可在本平台公开展示。您可随时撤回。",
        en="With your consent your reviews or photos may be shown on this platform. You can withdraw at any time.",
    ),
    ConsentText(
        kind=ConsentKind.ABROAD,
        version=1,
        zh="同意后，您用境外银行卡付款时，必要的付款信息会传到境外支付机构。不同意可用其他方式付款。",
        en="With your consent, paying with a card from abroad sends what that payment needs abroad. Without it, pay in "
        "another way.",
    ),
)
CONSENT_TEXTS: dict[ConsentKind, ConsentText] = {text.kind: text for text in _TEXTS}
