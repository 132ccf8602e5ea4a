"""What does the county say about a voucher, so that a counter without a network can believe it?

A token ``XT1`` is the county's signed word: this voucher, under these terms, belongs to whoever holds this key, until
that instant. It is renewed whenever the wallet is refreshed and lives seven days at most. Specification:
``fixtures/protocols/token/SPEC.md``; twin: ``pwa/src/kernel/token.ts``.

A token is a word about a voucher, never the voucher: what is spent is decided by the voucher's own id.
"""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor, cose
from backend.kernel.instants import Instant
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey, SigningKey
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of, uint

KIND: Final = "XT1"
LONGEST_LIFE: Final = timedelta(days=7)

ONLINE_ONLY: Final = 1
"""Flag: no counter may take this voucher without asking the county."""

DEMONSTRATION: Final = 2
"""Flag: 演示数据; a real county's counters refuse it."""

KNOWN_FLAGS: Final = ONLINE_ONLY | DEMONSTRATION
_LIMIT = 2**32


class TokenProblem(ValueError):
    """These bytes are no token of our form."""


class TokenVersionUnsupported(TokenProblem):
    """A well-formed signed object of another kind or version."""


class Token(Struct, frozen=True, kw_only=True):
    """What a token says. Instants have whole seconds; it is valid from ``not_before`` to before ``expires_at``."""

    county: str
    voucher: UUID
    campaign: int
    """The campaign's number in its county: short, because every byte makes the code on the screen larger."""
    terms_version: int
    face_fen: int
    not_before: Instant
    expires_at: Instant
    holder: PublicKey
    status_index: int
    """The voucher's place in the county's status list."""
    flags: int = 0
    domain: int = 0
    """The place of its kind in that version of the campaign's plan, from 1; 0 is taken online only."""


class ReadToken(Struct, frozen=True):
    """A token taken apart; believe it only after ``signed.is_from`` the issuer's key."""

    token: Token
    signed: cose.Signed
    hash: bytes
    """SHA-256 of the token's bytes, which the holder's signature covers. Not an identity: see ``signing.py``."""


def issue_token(token: Token, *, issuer: SigningKey, kid: bytes) -> bytes:
    """The signed bytes. Raises ``ValueError`` for a token that no verifier would take."""
    items: list[cbor.CborValue] = [
        KIND,
        county_number(token.county),
        token.voucher.bytes,
        token.campaign,
        token.terms_version,
        token.face_fen,
        seconds_of(token.not_before),
        seconds_of(token.expires_at),
        token.holder.compressed,
        token.status_index,
        token.flags,
        token.domain,
    ]
    data = cose.sign1(items, key=issuer, kid=kid)
    if not token.not_before < token.expires_at <= token.not_before + LONGEST_LIFE:
        raise ValueError("a token lives longer than nothing and at most seven days")
    read_token(data)
    return data


def read_token(data: bytes) -> ReadToken:
    """Take a token apart. Raises ``TokenProblem``, ``TokenVersionUnsupported`` or ``cose.AlgorithmUnsupported``."""
    try:
        signed = cose.open1(data)
        token = _token_of(signed.items)
    except (cose.AlgorithmUnsupported, TokenVersionUnsupported):
        raise
    except (cose.CoseProblem, KeyProblem, ValueError) as problem:
        raise TokenProblem(str(problem)) from None
    return ReadToken(token, signed, hashlib.sha256(data).digest())


def _token_of(items: list[cbor.CborValue]) -> Token:
    match items:
        case ["XT1", number, bytes(voucher), campaign, terms, face, start, end, bytes(holder), index, flags, domain]:
            if len(holder) != COMPRESSED_BYTES or len(voucher) != 16:
                raise TokenProblem("a voucher has 16 bytes and a holder's key 33")
            if uint(flags, _LIMIT) & ~KNOWN_FLAGS:
                raise TokenProblem("a flag that this version does not know")
            return Token(
                county=county_text(number),
                voucher=UUID(bytes=voucher),
                campaign=uint(campaign, _LIMIT),
                terms_version=uint(terms, _LIMIT),
                face_fen=uint(face, _LIMIT),
                not_before=instant_of(start),
                expires_at=instant_of(end),
                holder=PublicKey.from_point(holder),
                status_index=uint(index, _LIMIT),
                flags=uint(flags, _LIMIT),
                domain=uint(domain, _LIMIT),
            )
        case [str(kind), *_] if kind != KIND:
            raise TokenVersionUnsupported(f"{kind[:8]} is not {KIND}")
        case _:
            raise TokenProblem("not the twelve items of a token")
