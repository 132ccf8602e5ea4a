"""Which claims without a network are there on one voucher, what did each come to, and what does its holder owe?"""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.offline_rules import HolderDebt, OfflineClaim, OfflineLabel, is_unspent
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import offline, reads, redemptions


class ClaimsOn(Struct, frozen=True):
    """Of one voucher."""

    voucher_id: UUID


class VoucherClaims(Struct, frozen=True, kw_only=True):
    """A voucher's claims as they arrived, with its label and debts; nothing of whose it is."""

    name_zh: str
    name_en: str
    label: OfflineLabel | None
    claims: list[OfflineClaim]
    debts: list[HolderDebt]
    holder_owes_fen: int
    """What its holder owes altogether, for other vouchers too."""


async def find_offline_claims(tx: Transaction, asked: ClaimsOn) -> VoucherClaims | None:
    """``None`` for a voucher that does not exist."""
    names = (await reads.names_of_vouchers(tx, {asked.voucher_id})).get(asked.voucher_id)
    if names is None:
        return None
    return VoucherClaims(
        name_zh=names[0],
        name_en=names[1],
        label=await offline.label_of(tx, asked.voucher_id),
        claims=await offline.claims_of(tx, asked.voucher_id),
        debts=await offline.debts_on(tx, asked.voucher_id),
        holder_owes_fen=await offline.holder_owes(tx, asked.voucher_id),
    )


async def own_money_left(tx: Transaction, asked: ClaimsOn) -> int:
    """What of its own public money a locked voucher can still pay, in fen."""
    voucher = await redemptions.lock_voucher(tx, asked.voucher_id)
    label = await offline.label_of(tx, asked.voucher_id)
    if label is not None:
        return label.kept_fen
    return voucher.public_fen if voucher is not None and voucher.state is VoucherState.ISSUED else 0


async def unspent_money(tx: Transaction, asked: ClaimsOn, at: Instant) -> int:
    """The own public money in fen of a locked voucher that nobody used; 0 for any other."""
    voucher = await redemptions.lock_voucher(tx, asked.voucher_id)
    claims = await offline.claims_of(tx, asked.voucher_id)
    if voucher is None or not is_unspent(voucher.state, voucher.expires_at, claims, at):
        return 0
    return await own_money_left(tx, asked)


async def unspent_among(tx: Transaction, voucher_ids: Collection[UUID], at: Instant) -> set[UUID]:
    """Which of these vouchers nobody used, as ``unspent_money`` would find them; nothing is locked."""
    return await offline.unspent_of(tx, voucher_ids, at)
