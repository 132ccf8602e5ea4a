"""What does the slice tell somebody outside of one campaign?"""

from uuid import UUID

from backend.database.pages import Told
from backend.trade_in.store import reads


def trade_ins_of_campaign(campaign_id: UUID) -> Told:
    """Every dossier; no free words, and nothing of a person."""
    return reads.told_of_campaign(campaign_id)
