"""What does settlement tell somebody outside of one campaign?"""

from uuid import UUID

from backend.database.pages import Told
from backend.settlement.store import dossier as store


def settlement_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """Events, lines, holds, reviews, batches, runs, bank acts and clearing days; no free words, no bank accounts."""
    return store.told_of_campaign(campaign_id)
