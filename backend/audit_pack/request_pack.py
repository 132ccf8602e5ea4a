"""Ask for a pack: who did, about which campaign and with which seed, stands in the trail before anything is read."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.dossier import ruled_campaign


class RequestPack(Struct, frozen=True, kw_only=True):
    """A pack of one campaign with a sample of so many redemptions."""

    pack_id: UUID
    campaign_id: UUID
    seed: str
    sample: int
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("audit-pack", self.campaign_id, self.seed, self.sample, self.actor.id))


class PackRequested(Struct, frozen=True, kw_only=True):
    """It is on record; asked for again, the pack is made again as of then, and the trail gets no second entry."""

    pack_id: UUID
    kind: Literal["audit-pack"] = "audit-pack"


async def request_pack(
    tx: Transaction, command: RequestPack, *, now: Instant
) -> PackRequested | Refused[DeskReason] | IdReused:
    """A refusal binds no id: there is nothing to make a pack of."""
    earlier = await earlier_answer(tx, command.pack_id, command.hashed())
    if earlier is not None:
        return earlier.decoded(PackRequested) if isinstance(earlier, Earlier) else earlier
    if await ruled_campaign(tx, command.campaign_id) is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    told = f"pack {command.pack_id}, {command.sample} redemptions"
    subject = ("campaign", command.campaign_id)
    await record(tx, new_entry(now, command.actor, "audit-pack.make", subject, detail=told, words=command.seed))
    outcome = PackRequested(pack_id=command.pack_id)
    await remember_answer(tx, command.pack_id, command.hashed(), outcome, now=now)
    return outcome
