"""What became of each of these vouchers: where it was used, what came back, and where counters refused it."""

from collections.abc import Sequence

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import merchant_names
from backend.vouchers.explain_rules import stands_against_use
from backend.vouchers.explain_views import RefusalTold, UseTold, VoucherTold
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from backend.vouchers.rules import RedemptionReason, VoucherFacts
from backend.vouchers.store import desk, explain, refusals
from backend.vouchers.wallet_views import WalletVoucher

MOST_REDEMPTIONS = 200


async def tell_vouchers(
    tx: Transaction, vouchers: Sequence[WalletVoucher], *, proof_level: int, at: Instant
) -> list[VoucherTold]:
    """Each with everything that the books tell of it."""
    if not vouchers:
        return []
    ids = {one.voucher_id for one in vouchers}
    own = FindRedemptions(resident_id=vouchers[0].resident_id, most=MOST_REDEMPTIONS)
    used = [one for one in await find_redemptions(tx, own) if one.record.voucher_id in ids]
    undone = await explain.roll_backs_of(tx, {one.record.redemption_id for one in used})
    refused = await refusals.refusals_of(tx, ids)
    names = await merchant_names(tx, {one.merchant_id for one in refused})
    campaign = await desk.find_campaign(tx, vouchers[0].campaign_id)
    paused = campaign is not None and campaign.pause_scope == "everything"
    return [
        VoucherTold(
            voucher=voucher,
            stops=_stops(voucher, paused=paused, proof_level=proof_level, at=at),
            uses=[
                UseTold(
                    record=one.record,
                    merchant_zh=one.merchant_zh,
                    merchant_en=one.merchant_en,
                    undone=[back for back in undone if back.redemption_id == one.record.redemption_id],
                )
                for one in used
                if one.record.voucher_id == voucher.voucher_id
            ],
            refusals=[
                RefusalTold(refusal=one, merchant_zh=names[one.merchant_id][0], merchant_en=names[one.merchant_id][1])
                for one in refused
                if one.voucher_id == voucher.voucher_id
            ],
        )
        for voucher in vouchers
    ]


def _stops(voucher: WalletVoucher, *, paused: bool, proof_level: int, at: Instant) -> RedemptionReason | None:
    facts = VoucherFacts(
        state=voucher.state,
        terms=voucher.terms,
        face_fen=voucher.face_fen,
        use_from=voucher.use_from,
        expires_at=voucher.expires_at,
        paused=paused,
        proof_level=proof_level,
    )
    return stands_against_use(facts, at=at)
