"""Which vouchers can a paper card's home device take without a network, and whose was one that it took?

A card carries no token, so the device is told of its owner's vouchers what a token would say.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import card_vouchers as store
from backend.vouchers.store import tokens
from backend.vouchers.token_rules import domain_of
from backend.vouchers.wallet_views import WalletVoucher


class CardVoucher(Struct, frozen=True, kw_only=True):
    """A voucher as a counter without a network reads it; ``domain`` is 0 where only the county may take it."""

    voucher_id: UUID
    resident_id: UUID
    campaign: int
    terms_version: int
    domain: int
    face_fen: int
    use_from: Instant
    expires_at: Instant


class UsableBy(Struct, frozen=True, kw_only=True):
    """Of these residents, at an instant."""

    resident_ids: Collection[UUID]
    at: Instant


async def card_vouchers(tx: Transaction, asked: UsableBy) -> list[CardVoucher]:
    """Those that can be used and are not over, by owner and id; such as need the county itself are left out."""
    held = await store.vouchers_of(tx, asked.resident_ids, VoucherState.ISSUED)
    found = await _told(tx, [one for one in held if one.expires_at > asked.at])
    return sorted((one for one in found if one.domain), key=lambda one: (one.resident_id, one.voucher_id))


async def spendable_by(tx: Transaction, asked: UsableBy) -> list[WalletVoucher]:
    """Their vouchers that nobody has used yet, for a counter that asks the county."""
    return await store.vouchers_of(tx, asked.resident_ids, VoucherState.ISSUED)


async def card_vouchers_taken(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, CardVoucher]:
    """These vouchers, whatever became of them since."""
    return {one.voucher_id: one for one in await _told(tx, await store.vouchers_with(tx, voucher_ids))}


async def _told(tx: Transaction, held: Sequence[WalletVoucher]) -> list[CardVoucher]:
    kinds = await tokens.kinds_of_versions(tx, {(one.campaign_id, one.version) for one in held})
    return [
        CardVoucher(
            voucher_id=one.voucher_id,
            resident_id=one.resident_id,
            campaign=one.campaign_number,
            terms_version=one.version,
            domain=0 if _asks(one) else domain_of(one.terms.kind_code, kinds.get((one.campaign_id, one.version), ())),
            face_fen=one.face_fen,
            use_from=one.use_from,
            expires_at=one.expires_at,
        )
        for one in held
    ]


def _asks(voucher: WalletVoucher) -> bool:
    """Papers, or a proof, that only the county can ask for: as ``flags_of`` has it of a token."""
    return voucher.terms.trade_in is not None or voucher.terms.redeem_level > ProofLevel.PHONE
