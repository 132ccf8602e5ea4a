"""SQL of vouchers that paper cards stand for: reads only."""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.vouchers.rules import VoucherState
from backend.vouchers.store.reads import wallet_rows, wallet_voucher
from backend.vouchers.tables import vouchers
from backend.vouchers.wallet_views import WalletVoucher

AT_ONCE = 500


async def vouchers_of(tx: Transaction, resident_ids: Collection[UUID], state: VoucherState) -> list[WalletVoucher]:
    """Of many residents, in one state."""
    found: list[WalletVoucher] = []
    wanted = sorted(resident_ids)
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        asked = wallet_rows().where(vouchers.c.resident_id.in_(some), vouchers.c.state == state.value)
        found += [wallet_voucher(row) for row in await tx.execute(asked)]
    return found


async def vouchers_with(tx: Transaction, voucher_ids: Collection[UUID]) -> list[WalletVoucher]:
    """These vouchers, in whatever state."""
    found: list[WalletVoucher] = []
    wanted = sorted(voucher_ids)
    for first in range(0, len(wanted), AT_ONCE):
        asked = wallet_rows().where(vouchers.c.id.in_(wanted[first : first + AT_ONCE]))
        found += [wallet_voucher(row) for row in await tx.execute(asked)]
    return found
