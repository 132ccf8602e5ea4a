"""Enter a draw, or take what a list gives, for somebody without a phone: as a claim is helped with."""

from backend.database.transaction import Transaction
from backend.kernel.claimants import Claimant
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import StationReason
from backend.vouchers.assist import AssistedClaim, AssistReason, helped
from backend.vouchers.claim_rules import Claim
from backend.vouchers.enter_draw import EntryOutcome, enter_draw
from backend.vouchers.papers import PapersReason
from backend.vouchers.take_entitlement import TakeEntitlement, TakingOutcome, take_entitlement

_Helped = Refused[StationReason] | Refused[AssistReason] | Refused[PapersReason] | Refused[PhoneCodeReason]
AssistedEntryOutcome = EntryOutcome | _Helped
AssistedTakingOutcome = TakingOutcome | _Helped


async def assisted_entry(tx: Transaction, command: AssistedClaim, *, now: Instant) -> AssistedEntryOutcome:
    """An entry keyed by the resident's papers, counted against the helper as a claim is."""

    async def ask(asked: Claim, _person: Claimant) -> EntryOutcome:
        return await enter_draw(tx, asked, now=now)

    return await helped(tx, command, ask, now=now)


async def assisted_taking(tx: Transaction, command: AssistedClaim, *, now: Instant) -> AssistedTakingOutcome:
    """What a list gives, to the person whose papers are on it."""

    async def ask(asked: Claim, person: Claimant) -> TakingOutcome:
        return await take_entitlement(tx, TakeEntitlement(claim=asked, keys=person.keys), now=now)

    return await helped(tx, command, ask, now=now)
