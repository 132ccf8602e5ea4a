"""Who pays which fen of a discount? Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from backend.kernel.fen import split_by_largest_remainder
from backend.ledger.rules import Funder


class FundingShare(Struct, frozen=True, kw_only=True):
    """Who pays which part of a discount, in basis points; a campaign's shares add up to 10 000."""

    funder: Funder
    share_bp: int


def split_face(funding: Sequence[FundingShare], face_fen: int) -> dict[Funder, int]:
    """What each funder sets aside for a voucher of this face; ties go to the government."""
    ordered = sorted(funding, key=_government_first)
    parts = split_by_largest_remainder(face_fen, [share.share_bp for share in ordered])
    return {share.funder: part for share, part in zip(ordered, parts, strict=True)}


def split_discount(
    funding: Sequence[FundingShare], set_aside: Mapping[Funder, int], discount_fen: int
) -> dict[Funder, int]:
    """Who pays which fen of a discount: by largest remainder, ties to the government, never more than each set aside.

    ``set_aside`` is what each funder has in this voucher: ``split_face`` of a new one, what came back in a restored
    one. With three funders largest remainder can ask a fen more of one for a smaller total (the Alabama paradox); what
    is then above what a funder has set aside falls to the next one with room.
    """
    ordered = sorted(funding, key=_government_first)
    parts = split_by_largest_remainder(discount_fen, [share.share_bp for share in ordered])
    split = {
        share.funder: min(part, set_aside.get(share.funder, 0)) for share, part in zip(ordered, parts, strict=True)
    }
    missing = discount_fen - sum(split.values())
    for funder, part in split.items():
        extra = min(missing, set_aside.get(funder, 0) - part)
        split[funder] += extra
        missing -= extra
    return split


_ORDER = {funder: place for place, funder in enumerate(Funder)}


def _government_first(share: FundingShare) -> int:
    return _ORDER[share.funder]
