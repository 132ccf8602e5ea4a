"""May a station send this phone a code now, is what came back right, and whom does it speak for?

Pure. How often one phone is sent a code, how many digits it has and how often it may be mistyped are the rules of the
county's door (``identity/rules.py``). It lives longer, since somebody reads it out across a counter. Once it was right
it stands for the person for the rest of one visit: in the same shift, and not for long.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.identity.reasons import IdentityReason
from backend.identity.rules import CODE_TRIES, CODES_APART, CodeDoor, Later, decide_code, decide_try, seconds_until
from backend.kernel.refusals import Reason, Refused

CODE_LASTS = timedelta(minutes=10)
PROVES_FOR = timedelta(minutes=15)
"""From the instant at which it was right; a longer visit needs a new code."""
AN_HOUR_BY_OPERATOR = 20
A_DAY_BY_OPERATOR = 100
"""More than a busy market day needs, and far too few to reach every phone of a village."""
COUNTED_FOR = timedelta(days=1)
"""As long as the longest window of these limits."""


class PhoneCodeReason(Reason):
    """Why a station's code is not sent or not taken, or why an act needs one."""

    TOO_SOON = (
        "phone-code-too-soon",
        429,
        "刚给这个手机号发过验证码，请稍等再发",
        "A code was just sent to this phone; wait before sending another",
    )
    TOO_OFTEN = (
        "phone-code-too-often",
        429,
        "这个手机号收到的验证码太多了，请改用证件核对",
        "This phone was sent too many codes; look at a document instead",
    )
    OPERATOR_CAP = (
        "phone-code-operator-cap",
        429,
        "您发的验证码太多了，请稍后再发，或改用证件核对",
        "You have sent too many codes; wait, or look at a document instead",
    )
    SMS_CAP = (
        "phone-code-sms-cap",
        429,
        "全县的短信发送已达上限，请改用证件核对",
        "The county's limit of text messages is reached; look at a document instead",
    )
    UNKNOWN = (
        "phone-code-unknown",
        404,
        "没有找到这次发送，请重新发送验证码",
        "No such sending in this shift; send a new code",
    )
    WRONG = (
        "phone-code-wrong",
        409,
        "验证码不对，请让居民再念一遍",
        "The code is wrong; have it read out again",
    )
    OVER = (
        "phone-code-over",
        409,
        "这个验证码已经失效，请重新发送",
        "This code has run out or was replaced; send a new one",
    )
    TRIES_SPENT = (
        "phone-code-tries-spent",
        409,
        "验证码输错次数太多，请重新发送",
        "This code was mistyped too often; send a new one",
    )
    PROOF_NEEDED = (
        "phone-proof-needed",
        409,
        "还没有核对这位居民的手机验证码，请先发送并核对",
        "No code of this person's phone was checked in this shift; send one and check it first",
    )
    PROOF_OVER = (
        "phone-proof-over",
        409,
        "手机验证码核对已超过 15 分钟，请重新发送并核对",
        "The phone was checked more than fifteen minutes ago; send a new code and check it",
    )


PROOF_NOES = (PhoneCodeReason.PROOF_NEEDED, PhoneCodeReason.PROOF_OVER)
"""What an act is answered whose proof should be a code."""


class PhoneCode(Struct, frozen=True, kw_only=True):
    """A code that a station sent, and what became of it."""

    id: UUID
    shift_id: UUID
    operator_id: UUID
    phone_hash: bytes
    resident_id: UUID | None
    """Whose phone it was at the sending; nobody's phone is sent nothing, and nothing that comes back is right."""
    code_hash: bytes
    sent_at: datetime
    expires_at: datetime
    tries: int = 0
    latest: bool = True
    """A newer code to the same phone, from whichever station, ends the one before."""
    checked_at: datetime | None = None

    def __repr__(self) -> str:
        return f"PhoneCode({self.id})"

    @property
    def proves_until(self) -> datetime | None:
        """The first instant at which it speaks for nobody any more; ``None`` while it is not checked."""
        return None if self.checked_at is None else self.checked_at + PROVES_FOR


class NotYet(Struct, frozen=True, kw_only=True):
    """No for now: the same request may succeed after so many seconds."""

    reason: PhoneCodeReason
    seconds: int


_SAID: dict[IdentityReason, PhoneCodeReason] = {
    IdentityReason.CODE_TOO_SOON: PhoneCodeReason.TOO_SOON,
    IdentityReason.CODE_TOO_OFTEN: PhoneCodeReason.TOO_OFTEN,
    IdentityReason.SMS_CAP: PhoneCodeReason.SMS_CAP,
}
"""What the county's door says to a resident, as an operator should hear it."""


def decide_sending(to_phone: Collection[datetime], by_operator: Collection[datetime], *, at: datetime) -> NotYet | None:
    """May one more code be sent, after those sent to the phone and by the operator? ``None`` for yes."""
    if (later := decide_code(CodeDoor(sent=tuple(sorted(to_phone))), at=at)) is not None:
        return not_yet(later)
    sent = sorted(by_operator)
    for window, most in ((timedelta(hours=1), AN_HOUR_BY_OPERATOR), (COUNTED_FOR, A_DAY_BY_OPERATOR)):
        recent = [instant for instant in sent if at - instant < window]
        if len(recent) >= most:
            again = recent[-most] + window
            return NotYet(reason=PhoneCodeReason.OPERATOR_CAP, seconds=seconds_until(again, at))
    return None


def not_yet(later: Later) -> NotYet:
    """The door's answer in an operator's words."""
    return NotYet(reason=_SAID[later.reason], seconds=later.seconds)


def again_at(sent_at: datetime) -> datetime:
    """The first instant at which the same phone may be sent another."""
    return sent_at + CODES_APART


def decide_check(code: PhoneCode, *, matches: bool, at: datetime) -> tuple[PhoneCode, Refused[PhoneCodeReason] | None]:
    """The code after a try, and why the try failed. What was right before is right again, and lasts no longer."""
    if code.proves_until is not None:
        return code, None if matches and at < code.proves_until else Refused(PhoneCodeReason.OVER)
    if not code.latest or at >= code.expires_at:
        return code, Refused(PhoneCodeReason.OVER)
    door = CodeDoor(code_id=code.id, code_hash=code.code_hash, expires_at=code.expires_at, tries=code.tries)
    after, reason = decide_try(door, matches=matches and code.resident_id is not None, at=at)
    if reason is None:
        return replace(code, checked_at=at), None
    if reason is IdentityReason.CODE_TRIES_SPENT:
        return code, Refused(PhoneCodeReason.TRIES_SPENT)
    left = CODE_TRIES - after.tries
    spent = left == 0
    told = Refused(PhoneCodeReason.TRIES_SPENT) if spent else Refused(PhoneCodeReason.WRONG, f"还可以输 {left} 次")
    return replace(code, tries=after.tries), told


def decide_proof(checked: Iterable[PhoneCode], *, at: datetime) -> Refused[PhoneCodeReason] | None:
    """Do these codes of one person in one shift still speak for them? ``None`` for yes."""
    until = [code.proves_until for code in checked if code.proves_until is not None]
    if not until:
        return Refused(PhoneCodeReason.PROOF_NEEDED)
    return None if at < max(until) else Refused(PhoneCodeReason.PROOF_OVER)
