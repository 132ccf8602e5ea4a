"""How does the county say no?

A refusal is an expected no: a value that rules return, with a reason from an enumeration. It is not an exception and
not a fault. ``backend.web.problems`` gives it its wire form, RFC 9457.
"""

from enum import StrEnum
from typing import Generic, Self, TypeVar

from msgspec import Struct


class Reason(StrEnum):
    """The parent of every slice's reasons: a kebab-case word with its HTTP status and its words for people.

    A member is written ``SOLD_OUT = "sold-out", 409, "已经领完了", "All vouchers of this round are taken"``; the text
    says what is wrong and, where the person can do something, the mend.
    """

    status: int
    zh: str
    en: str

    def __new__(cls, word: str, status: int = 409, zh: str = "", en: str = "") -> Self:
        """Make the member; its value is the word alone."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.status = status
        member.zh = zh
        member.en = en
        return member


R = TypeVar("R", bound=Reason)


class Refused(Struct, Generic[R], frozen=True, tag="refused"):
    """No, for this reason. ``detail`` names the figures when they help (in Chinese), never anybody's data."""

    reason: R
    detail: str = ""


class AnotherCommand(Struct, frozen=True):
    """No, because the request's id is taken: ``GeneralReason.ID_REUSED`` is how it is told."""


class GeneralReason(Reason):
    """Refusals that any route can give."""

    MALFORMED = "malformed", 400, "内容格式不对，请按提示修改", "The content is not well formed; mend it as told"
    INVALID = "invalid", 400, "有些内容填得不对，请按提示修改", "Some values are not right; mend them as told"
    SIGNED_OUT = "signed-out", 401, "请先登录", "Please sign in first"
    NOT_ALLOWED = "not-allowed", 403, "您的身份不能办理这件事", "Your role does not allow this"
    CROSS_SITE = "cross-site", 403, "请求来自别的网站，已拒绝", "The request came from another site and was refused"
    NOT_FOUND = "not-found", 404, "没有找到", "Not found"
    WRONG_METHOD = "wrong-method", 405, "这个地址不支持这种操作", "This address does not support that method"
    BODY_TOO_SLOW = (
        "body-too-slow",
        408,
        "内容没有在时限内传完，请检查网络后再试",
        "The content did not arrive in time; check the network and send it again",
    )
    ID_REUSED = (
        "id-reused",
        409,
        "这个编号已用于另一件事，请换新编号",
        "This id already carries another command; use a new one",
    )
    TOO_LARGE = "too-large", 413, "内容太大", "The content is too large"
    WRONG_TYPE = "wrong-content-type", 415, "内容类型不对", "The content type is not accepted here"
    UNKNOWN_HOST = (
        "unknown-host",
        421,
        "这个网址不属于这里的任何县，请核对网址",
        "No county here answers at this address; check its name",
    )
    TOO_MANY = "too-many-requests", 429, "操作太频繁，请稍后再试", "Too many requests; try again a little later"
    FAULT = (
        "fault",
        500,
        "系统出错了，您的数据没有丢失，请稍后再试",
        "A fault on our side; nothing was lost, try again later",
    )
    DATABASE_GONE = "database-gone", 503, "系统暂时连不上数据库，请稍后再试", "The database is away; try again shortly"
