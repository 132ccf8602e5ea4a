"""Which claims on a voucher are paid, when not every one of them has money behind it any more?

Pure. A claim that arrives brings its device's allowance along. One that becomes payable later, because a claim before
it was taken back, may find that allowance spent or its episode over: nobody reserved its cover. Then it is not paid and
a person looks at it, and whoever comes next takes its place (decision 0073).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.vouchers.offline_rules import OfflineClaim, OfflineLabel, Ranked, move_cover, rank, split_cover, standing


def rank_covered(
    claims: Sequence[OfflineClaim],
    label: OfflineLabel,
    *,
    paid: Mapping[UUID, int],
    left_fen: Mapping[UUID, int],
) -> tuple[dict[UUID, Ranked], set[UUID]]:
    """The labels, and the claims whose cover nobody has.

    ``paid`` is what paid claims cost now in public money, by claim; ``left_fen`` what may be charged for claims that
    are not paid yet; for one that is not named, nothing.
    """
    short: set[UUID] = set()
    while True:
        ranked = rank([one for one in standing(claims) if one.claim_id not in short], label.online_merchant)
        payable = [one for one in claims if one.claim_id in ranked and ranked[one.claim_id].is_paid]
        cost = {one.claim_id: paid.get(one.claim_id, one.government_fen) for one in payable}
        new = {one.claim_id for one in payable if one.claim_id not in paid}
        _, cover_fen = split_cover(label.own_fen, sum(cost.values()))
        changes = move_cover(claims, cost, cover_fen, new=new)
        lacking = {one.claim_id for one in changes if one.fen > 0 and one.fen > left_fen.get(one.claim_id, 0)}
        if not lacking:
            return ranked, short
        short |= lacking
