"""The cards that are at home at a station's tablet, each row sealed under its own card."""

from collections.abc import Mapping
from uuid import UUID

from backend.cards.find_home_cards import HomeCardsOf, home_cards
from backend.database.transaction import Transaction
from backend.kernel.trust import seconds_of
from backend.sync.card_row_rules import CardRow, RowVoucher, row_key, seal_row
from backend.vouchers.find_card_vouchers import CardVoucher, UsableBy, card_vouchers


async def find_card_rows(tx: Transaction, asked: HomeCardsOf) -> Mapping[str, dict[str, str]]:
    """By the card's hash in hex. Whoever has no card in hand sees how many there are, and no more."""
    cards = await home_cards(tx, asked)
    held: dict[UUID, list[CardVoucher]] = {}
    for one in await card_vouchers(tx, UsableBy(resident_ids={card.resident_id for card in cards}, at=asked.at)):
        held.setdefault(one.resident_id, []).append(one)
    return {
        row_key(card.code): {
            "sealed": seal_row(
                card.code,
                CardRow(
                    person=card.resident_id,
                    digits=card.digits,
                    vouchers=[_told(one) for one in held.get(card.resident_id, [])],
                ),
            )
        }
        for card in cards
    }


def _told(voucher: CardVoucher) -> RowVoucher:
    return RowVoucher(
        voucher=voucher.voucher_id,
        campaign=voucher.campaign,
        terms_version=voucher.terms_version,
        domain=voucher.domain,
        face_fen=voucher.face_fen,
        use_from=seconds_of(voucher.use_from),
        expires_at=seconds_of(voucher.expires_at),
    )
