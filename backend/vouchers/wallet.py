"""What does a resident hold, and with which tokens can the phone show it?"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct, structs

from backend.database.transaction import Transaction
from backend.identity.enrol_holder_key import holder_keys
from backend.identity.records import HolderKey
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.tokens import ONLINE_ONLY, Token, issue_token
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import debts, reads
from backend.vouchers.store import tokens as store
from backend.vouchers.token_rules import (
    RememberedToken,
    TokenContent,
    domain_of,
    flags_of,
    is_good_again,
    token_life,
)
from backend.vouchers.wallet_views import WalletVoucher

MOST_TOKENS = 100


class Wallet(Struct, frozen=True, kw_only=True):
    """A page of a resident's vouchers; no states means all."""

    resident_id: UUID
    states: tuple[VoucherState, ...] = ()
    before: UUID | None = None
    most: int = 50


async def wallet(tx: Transaction, asked: Wallet) -> list[WalletVoucher]:
    """Newest first."""
    return await reads.wallet_of(tx, asked.resident_id, asked.states, asked.before, asked.most)


class OneVoucher(Struct, frozen=True):
    """One voucher of one resident."""

    resident_id: UUID
    voucher_id: UUID


async def one_voucher(tx: Transaction, asked: OneVoucher) -> WalletVoucher | None:
    """``None`` for somebody else's as for one that does not exist."""
    return await reads.voucher_of(tx, asked.resident_id, asked.voucher_id)


class TokenReason(Reason):
    """Why no tokens were made."""

    NO_HOLDER_KEY = "no-holder-key", 409, "请先在这部手机上启用券码", "Enable voucher codes on this phone first"


class IssueTokens(Struct, frozen=True):
    """The phone refreshes its wallet."""

    resident_id: UUID


class IssuedToken(Struct, frozen=True, kw_only=True):
    """A signed token for one voucher, good until ``expires_at`` at the latest."""

    voucher_id: UUID
    token: bytes
    expires_at: Instant
    last_count: int


async def issue_tokens(
    tx: Transaction, command: IssueTokens, *, now: Instant
) -> list[IssuedToken] | Refused[TokenReason]:
    """Tokens for every voucher that can still be used, bound to the phone's key; each lives at most seven days.

    Each is remembered by its hash, which is all that a counter without a network tells of it. One that says the same
    and is hardly older is handed out again.
    """
    holder = (await holder_keys(tx, frozenset({command.resident_id}))).get(command.resident_id)
    if holder is None:
        return Refused(TokenReason.NO_HOLDER_KEY)
    held = [
        voucher
        for voucher in await reads.wallet_of(tx, command.resident_id, (VoucherState.ISSUED,), None, MOST_TOKENS)
        if voucher.expires_at > now
    ]
    known = await store.newest_tokens(tx, [voucher.voucher_id for voucher in held])
    kinds = await store.kinds_of_versions(tx, {(voucher.campaign_id, voucher.version) for voucher in held})
    numbers = await reads.number_tokens(tx, [voucher.voucher_id for voucher in held])
    # Whoever owes for a further use shows their vouchers online until that is settled.
    frozen = command.resident_id in await debts.owing(tx, {command.resident_id})
    issued, fresh = [], []
    for voucher in held:
        # Whole seconds: the token's fields are seconds, and a token must never outlive its voucher.
        life = token_life(voucher.expires_at, now=now)
        if life is None:
            continue
        content = _content(tx, voucher, holder, kinds.get((voucher.campaign_id, voucher.version), ()), now)
        if frozen:
            content = structs.replace(content, flags=content.flags | ONLINE_ONLY)
        token = known.get(voucher.voucher_id)
        if token is None or not is_good_again(token, content, ends=life[1], now=now):
            token = _sign(tx, voucher, content, life, numbers[voucher.voucher_id])
            fresh.append(token)
        issued.append(
            IssuedToken(
                voucher_id=voucher.voucher_id,
                token=token.token,
                expires_at=token.expires_at,
                last_count=voucher.last_count,
            )
        )
    await store.insert_tokens(tx, fresh)
    return issued


def _content(
    tx: Transaction, voucher: WalletVoucher, holder: HolderKey, kinds: Sequence[str], now: Instant
) -> TokenContent:
    return TokenContent(
        voucher_id=voucher.voucher_id,
        holder=holder.point,
        face_fen=voucher.face_fen,
        terms_version=voucher.version,
        domain=domain_of(voucher.terms.kind_code, kinds),
        flags=flags_of(voucher.terms, offline_from=holder.offline_from, now=now, demonstration=tx.county.demonstration),
    )


def _sign(
    tx: Transaction, voucher: WalletVoucher, content: TokenContent, life: tuple[Instant, Instant], status_index: int
) -> RememberedToken:
    keys = tx.county.keys
    token = Token(
        county=tx.county.code,
        voucher=voucher.voucher_id,
        campaign=voucher.campaign_number,
        terms_version=content.terms_version,
        face_fen=content.face_fen,
        not_before=life[0],
        expires_at=life[1],
        holder=PublicKey.from_point(content.holder),
        status_index=status_index,
        flags=content.flags,
        domain=content.domain,
    )
    data = issue_token(token, issuer=SigningKey(keys.issuer_private), kid=bytes.fromhex(keys.issuer_kid))
    return RememberedToken(
        hash=hashlib.sha256(data).digest(), token=data, content=content, not_before=life[0], expires_at=life[1]
    )
