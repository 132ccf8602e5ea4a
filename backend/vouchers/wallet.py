"""What does a resident hold, and with which tokens can the phone show it?"""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.enrol_holder_key import holder_keys
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.tokens import DEMONSTRATION, LONGEST_LIFE, Token, issue_token
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import reads
from backend.vouchers.wallet_views import WalletVoucher

MOST_TOKENS = 100
CLOCKS_APART = timedelta(seconds=5)
"""Two servers of one county may differ a little; a token is good from a moment before it was made."""


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
    """Tokens for every voucher that can still be used, bound to the phone's key; each lives at most seven days."""
    holder = (await holder_keys(tx, frozenset({command.resident_id}))).get(command.resident_id)
    if holder is None:
        return Refused(TokenReason.NO_HOLDER_KEY)
    held = [
        voucher
        for voucher in await reads.wallet_of(tx, command.resident_id, (VoucherState.ISSUED,), None, MOST_TOKENS)
        if voucher.expires_at > now
    ]
    numbers = await reads.number_tokens(tx, [voucher.voucher_id for voucher in held])
    keys = tx.county.keys
    issuer = SigningKey(keys.issuer_private)
    issued = []
    for voucher in held:
        # Whole seconds: the token's fields are seconds, and a token must never outlive its voucher.
        starts = now.replace(microsecond=0) - CLOCKS_APART
        ends = min(voucher.expires_at.replace(microsecond=0), starts + LONGEST_LIFE)
        if ends <= starts:
            continue
        token = Token(
            county=tx.county.code,
            voucher=voucher.voucher_id,
            campaign=voucher.campaign_number,
            terms_version=voucher.version,
            face_fen=voucher.face_fen,
            not_before=starts,
            expires_at=ends,
            holder=PublicKey.from_point(holder.point),
            status_index=numbers[voucher.voucher_id],
            flags=DEMONSTRATION if tx.county.demonstration else 0,
        )
        issued.append(
            IssuedToken(
                voucher_id=voucher.voucher_id,
                token=issue_token(token, issuer=issuer, kid=bytes.fromhex(keys.issuer_kid)),
                expires_at=ends,
                last_count=voucher.last_count,
            )
        )
    return issued
