"""Is this code on a resident's screen a voucher's right, shown by its holder, just now?

``XV1:`` and Base45 of ``[token, time, counter, holder's signature]``, drawn again every 30 seconds by the phone alone.
``verify_presentation`` is pure and answers what the code itself can prove. **The caller decides the rest**, in its own
transaction: that the counter is greater than the last one it accepted from this holder's key for this voucher, that the
key is the resident's live one, the voucher's state, and the terms against the bill.

Specification: ``fixtures/protocols/presentation/SPEC.md``; twins: ``pwa/src/kernel/xv1.ts``,
``merchant_tools/presentation.py``. The first broken check, in the order of the specification, is the reason.
"""

import hashlib
import re
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import base45, cbor, cose
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SIGNATURE_BYTES, PublicKey, SigningKey
from backend.kernel.tokens import LONGEST_LIFE, ReadToken, Token, TokenProblem, TokenVersionUnsupported, read_token
from backend.kernel.trust import TrustList, instant_of, seconds_of, uint

PREFIX: Final = "XV1:"
REDRAWN_EVERY: Final = timedelta(seconds=30)
FRESH_FOR: Final = timedelta(seconds=60)
"""Online, the time in the code and the county's clock differ by this at most, in either direction, inclusive."""

LONGEST_TEXT: Final = 512
CHALLENGE_BYTES: Final = 32
_COUNTER_LIMIT = 2**32
_ANY_VERSION = re.compile(r"XV[0-9]:")


class PresentationReason(Reason):
    """Why a code on a screen is not accepted; one line and one vector each."""

    NOT_A_PRESENTATION = "not-a-voucher-code", 409, "这不是消费券的付款码", "This is not a voucher code"
    VERSION = "code-version-unsupported", 409, "券码版本较新，请更新本机", "The code is newer than this program"
    UNREADABLE = "code-unreadable", 409, "券码不完整，请再扫一次", "The code is damaged; scan it again"
    MALFORMED = "code-malformed", 409, "券码内容不对，请顾客刷新后再扫", "The code's content is not well formed"
    TOKEN_MALFORMED = "token-malformed", 409, "券的凭证无法识别", "The voucher's token cannot be read"
    TOKEN_VERSION = "token-version-unsupported", 409, "券的凭证版本不支持", "The token's version is not supported"
    ALGORITHM = "algorithm-unsupported", 409, "券的签名算法不支持", "The signature's algorithm is not supported"
    WRONG_COUNTY = "wrong-county", 409, "这张券属于别的县", "This voucher belongs to another county"
    ISSUER_UNKNOWN = "issuer-unknown", 409, "发券方不在信任名单内", "The issuer is not in the trust list"
    ISSUER_NOT_SERVING = "issuer-not-serving", 409, "发券密钥不在有效期内", "The issuer's key was not in service then"
    TOKEN_FORGED = "token-forged", 409, "券的签名不对", "The issuer's signature does not match"
    TOKEN_LIVES_TOO_LONG = "token-lives-too-long", 409, "券的凭证超过七天", "The token's life is over seven days"
    TOKEN_NOT_YET_VALID = "token-not-yet-valid", 409, "券还没有生效", "The token is not valid yet"
    TOKEN_EXPIRED = "token-expired", 409, "券的凭证过期，请顾客联网刷新", "The token has expired; refresh the wallet"
    HOLDER_FORGED = "holder-forged", 409, "出示人的签名不对", "The holder's signature does not match"
    STALE = "code-stale", 409, "券码已过期，请顾客刷新后再扫", "The code is over a minute old; show a fresh one"
    EARLY = "code-early", 409, "顾客手机时间偏快，请校准时间", "The phone's clock is over a minute fast; set its time"


class Presented(Struct, frozen=True):
    """A code that proved what a code can prove."""

    token: Token
    token_hash: bytes
    time: Instant
    """The phone's own time of drawing, in whole seconds."""
    counter: int


class RecentTokens:
    """Tokens whose issuer's signature was checked lately: a wallet shows the same one many times.

    Holds the newest ``limit``; it may be emptied at any moment. Only the signature is remembered: time, county and the
    trust list are checked at every showing, so a revoked key stops at once.
    """

    def __init__(self, limit: int = 4096) -> None:
        self._limit = limit
        self._verified: dict[bytes, tuple[ReadToken, PublicKey]] = {}

    def find(self, token_hash: bytes) -> tuple[ReadToken, PublicKey] | None:
        """The token of this hash and the issuer's key that verified it."""
        return self._verified.get(token_hash)

    def add(self, read: ReadToken, issuer: PublicKey) -> None:
        """Remember that this issuer's key verified the token."""
        while len(self._verified) >= self._limit:
            del self._verified[next(iter(self._verified))]
        self._verified[read.hash] = (read, issuer)


def verify_presentation(
    text: str,
    *,
    trust: TrustList,
    county: str,
    at: Instant,
    recent: RecentTokens | None = None,
    challenge: bytes = b"",
) -> Presented | Refused[PresentationReason]:
    """What the code proves at this instant, or the first reason why it proves nothing.

    ``challenge`` is the SHA-256 of the ``XM1`` challenge that the holder was asked to sign, empty without one. Trust in
    ``trust`` is the caller's: it is the county's own list, or one that ``read_trust_list`` accepted.
    """
    body = _body_of(text)
    if isinstance(body, Refused):
        return body
    data, seconds, counter, signature = body
    read = _believed_token(data, trust, county, recent)
    if isinstance(read, Refused):
        return read
    token = read.token
    if token.expires_at - token.not_before > LONGEST_LIFE:
        return Refused(PresentationReason.TOKEN_LIVES_TOO_LONG)
    if at < token.not_before:
        return Refused(PresentationReason.TOKEN_NOT_YET_VALID)
    if at >= token.expires_at:
        return Refused(PresentationReason.TOKEN_EXPIRED)
    if not token.holder.verifies(signature, holder_message(read.hash, seconds, counter, challenge)):
        return Refused(PresentationReason.HOLDER_FORGED)
    drawn = instant_of(seconds)
    # An answer to a challenge is fresh by the nonce that was never used before, whatever the phone's clock shows.
    if not challenge and at - drawn > FRESH_FOR:
        return Refused(PresentationReason.STALE)
    if not challenge and drawn - at > FRESH_FOR:
        return Refused(PresentationReason.EARLY)
    return Presented(token, read.hash, drawn, counter)


def present(token: bytes, *, holder: SigningKey, at: Instant, counter: int, challenge: bytes = b"") -> str:
    """The code that a phone draws at this instant; phones do it in ``xv1.ts``."""
    message = holder_message(hashlib.sha256(token).digest(), seconds_of(at), counter, challenge)
    return encode_presentation(token, seconds_of(at), counter, holder.sign(message))


def encode_presentation(token: bytes, seconds: int, counter: int, signature: bytes) -> str:
    """The text of a code from its four parts."""
    return PREFIX + base45.encode(cbor.encode([token, seconds, counter, signature]))


def holder_message(token_hash: bytes, seconds: int, counter: int, challenge: bytes = b"") -> bytes:
    """What the holder signs: ``XV1``, the token's SHA-256, time and counter in 8 bytes each, the challenge if any."""
    if len(challenge) not in (0, CHALLENGE_BYTES):
        raise ValueError("a challenge is a SHA-256 of 32 bytes, or absent")
    return b"XV1" + token_hash + seconds.to_bytes(8, "big") + counter.to_bytes(8, "big") + challenge


def is_presentation(text: str) -> bool:
    """Whether the text claims to be a voucher code of any version, so that no other reading of it is tried."""
    return _ANY_VERSION.match(text.strip()) is not None


def _body_of(text: str) -> tuple[bytes, int, int, bytes] | Refused[PresentationReason]:
    # Base45 has a space among its signs but never ends in one, so what scanners and forms add around it can go.
    text = text.strip(" \t\r\n")
    if not text.startswith(PREFIX):
        unknown = PresentationReason.VERSION if is_presentation(text) else PresentationReason.NOT_A_PRESENTATION
        return Refused(unknown)
    if len(text) > LONGEST_TEXT:
        return Refused(PresentationReason.UNREADABLE)
    try:
        value = cbor.decode(base45.decode(text[len(PREFIX) :]))
    except (base45.Base45Problem, cbor.CborProblem):
        return Refused(PresentationReason.UNREADABLE)
    match value:
        case [bytes(token), seconds, counter, bytes(signature)] if len(signature) == SIGNATURE_BYTES:
            try:
                return token, seconds_of(instant_of(seconds)), uint(counter, _COUNTER_LIMIT), signature
            except ValueError:
                return Refused(PresentationReason.MALFORMED)
    return Refused(PresentationReason.MALFORMED)


def _believed_token(
    data: bytes, trust: TrustList, county: str, recent: RecentTokens | None
) -> ReadToken | Refused[PresentationReason]:
    known = recent.find(hashlib.sha256(data).digest()) if recent else None
    try:
        read = known[0] if known else read_token(data)
    except cose.AlgorithmUnsupported:
        return Refused(PresentationReason.ALGORITHM)
    except TokenVersionUnsupported:
        return Refused(PresentationReason.TOKEN_VERSION)
    except TokenProblem:
        return Refused(PresentationReason.TOKEN_MALFORMED)
    if read.token.county != county:
        return Refused(PresentationReason.WRONG_COUNTY)
    issuer = trust.key(read.signed.kid)
    if issuer is None:
        return Refused(PresentationReason.ISSUER_UNKNOWN)
    if not issuer.serves_at(read.token.not_before):
        return Refused(PresentationReason.ISSUER_NOT_SERVING)
    if known and known[1] == issuer.public:
        return read
    if not read.signed.is_from(issuer.public):
        return Refused(PresentationReason.TOKEN_FORGED)
    if recent is not None:
        recent.add(read, issuer.public)
    return read


def named_voucher(text: str) -> UUID | None:
    """The voucher that a code names, believed or not: a counter that asks again must find its earlier answer."""
    body = _body_of(text)
    if isinstance(body, Refused):
        return None
    try:
        return read_token(body[0]).token.voucher
    except (TokenProblem, cose.CoseProblem):
        return None
