"""What does a counter ask a holder's phone to sign, when the amount is large or a clock is wrong?

A challenge ``XM1`` names the counter's device, a nonce that was never used before and what the voucher gives on this
bill. The holder's phone shows the amount and signs the challenge's SHA-256 together with its token, as an ``XV1``
presentation: such an answer serves one counter, one bill and one moment, and no clock has to be right for it.
Specification: ``fixtures/protocols/challenge/SPEC.md``; twins: ``pwa/src/kernel/challenge.ts``,
``merchant_tools/offline_codes.py``.
"""

import hashlib
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.code_text import CodeFault, bytes_of_code, code_of_bytes
from backend.kernel.refusals import Reason, Refused
from backend.kernel.trust import county_number, county_text, uint

KIND: Final = "XM1"
NONCE_BYTES: Final = 16
LONGEST_TEXT: Final = 128
_LIMIT = 2**32


class ChallengeReason(Reason):
    """Why a phone does not answer a challenge; one line and one vector each."""

    NOT_A_CHALLENGE = "not-a-challenge", 409, "这不是商户的确认码", "This is not a counter's challenge"
    VERSION = (
        "challenge-version-unsupported",
        409,
        "确认码版本较新，请更新本机",
        "The challenge is newer than this program",
    )
    UNREADABLE = "challenge-unreadable", 409, "确认码不完整，请再扫一次", "The challenge is damaged; scan it again"
    MALFORMED = (
        "challenge-malformed",
        409,
        "确认码内容不对，请商户重新生成",
        "The challenge is not well formed; ask for a new one",
    )
    WRONG_COUNTY = "challenge-wrong-county", 409, "确认码属于别的县", "The challenge is another county's"


_FAULTS = {
    CodeFault.ANOTHER_KIND: ChallengeReason.NOT_A_CHALLENGE,
    CodeFault.ANOTHER_VERSION: ChallengeReason.VERSION,
    CodeFault.UNREADABLE: ChallengeReason.UNREADABLE,
}


class CounterChallenge(Struct, frozen=True, kw_only=True):
    """What a counter asks: ``nonce`` is 16 bytes from a CSPRNG, used once; the holder agrees to ``amount_fen``."""

    county: str
    device: UUID
    nonce: bytes
    amount_fen: int

    def encode(self) -> bytes:
        """The challenge's one form in bytes. Raises ``ValueError`` for what no phone would read."""
        if len(self.nonce) != NONCE_BYTES or not 0 < self.amount_fen < _LIMIT:
            raise ValueError("a challenge has a nonce of 16 bytes and an amount from 1 fen")
        return cbor.encode([KIND, county_number(self.county), self.device.bytes, self.nonce, self.amount_fen])

    def digest(self) -> bytes:
        """SHA-256 of the bytes: what the holder signs, and what the counter verifies the answer with."""
        return hashlib.sha256(self.encode()).digest()

    def text(self) -> str:
        """What the counter's screen shows."""
        return code_of_bytes(KIND, self.encode())


def read_challenge(text: str, *, county: str) -> CounterChallenge | Refused[ChallengeReason]:
    """The challenge in a text that was scanned, or the first reason why it is not answered."""
    data = bytes_of_code(text, KIND, longest=LONGEST_TEXT)
    if isinstance(data, CodeFault):
        return Refused(_FAULTS[data])
    try:
        value = cbor.decode(data)
    except cbor.CborProblem:
        return Refused(ChallengeReason.UNREADABLE)
    try:
        challenge = _challenge_of(value)
    except ValueError as problem:
        return Refused(ChallengeReason.MALFORMED, str(problem))
    if challenge.county != county:
        return Refused(ChallengeReason.WRONG_COUNTY)
    return challenge


def _challenge_of(value: cbor.CborValue) -> CounterChallenge:
    match value:
        case ["XM1", number, bytes(device), bytes(nonce), amount] if len(device) == 16 and len(nonce) == NONCE_BYTES:
            if uint(amount, _LIMIT) == 0:
                raise ValueError("nobody is asked to agree to nothing")
            return CounterChallenge(
                county=county_text(number), device=UUID(bytes=device), nonce=nonce, amount_fen=uint(amount, _LIMIT)
            )
    raise ValueError("not [XM1, county, device, nonce, amount]")
