"""Lists to test with: a campaign with a round for each class, and the two who bring a list in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.person import claimant
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.vouchers.decide_roster import DecideRoster, decide_roster
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan
from backend.vouchers.import_roster import Imported, ImportRoster, import_roster
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterPlan, RosterRow, RosterState, Verdict
from backend.vouchers.rules import Limit
from backend.vouchers.take_entitlement import TakeEntitlement, take_entitlement
from tests.vouchers.campaigns import terms
from tests.vouchers.lots import asking, run_plan

IMPORTER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x11571), role="office")
CONFIRMER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x11572), role="reviewer")
DOCUMENT = "筠民政〔2026〕31号"
KINDS = {"low-income": ("care-100", 10_000), "destitute": ("care-200", 20_000)}


def roster_round(county: County, class_code: str, pieces: int, **changed: Any) -> RoundPlan:
    """A round of ten days for one class."""
    given: dict[str, Any] = {
        "round_id": new_id(),
        "kind_code": KINDS[class_code][0],
        "name_zh": "定向轮",
        "name_en": "By list",
        "mode": RoundMode.ROSTER,
        "opens_at": county.clock(),
        "closes_at": county.clock() + timedelta(days=10),
        "pieces": pieces,
        "roster": RosterPlan(classes=(class_code,)),
    }
    return RoundPlan(**(given | changed))


def roster_plan(*rounds: RoundPlan, pieces: int, **of_terms: Any) -> CampaignPlan:
    """100 yuan for the low-income list, 200 for the destitute."""
    kinds = []
    for nth, (code, face_fen) in enumerate(KINDS.values()):
        limits = (Limit(rule_id=UUID(int=0x900 + nth)),)
        agreed = terms(
            **({"kind_code": code, "face_fen": face_fen, "minimum_spend_fen": 0, "limits": limits} | of_terms)
        )
        kinds.append(KindPlan(code=code, name_zh="关爱券", name_en="Care", terms=agreed, cap_pieces=pieces))
    return CampaignPlan(title_zh="关爱", title_en="Care", kinds=tuple(kinds), rounds=rounds)


async def roster_campaign(county: County, *, pieces: int = 3, **of_terms: Any) -> tuple[UUID, dict[str, UUID]]:
    """A running campaign: (its id, class → its round)."""
    rounds = [roster_round(county, code, pieces) for code in KINDS]
    campaign_id = await run_plan(county, roster_plan(*rounds, pieces=pieces, **of_terms))
    return campaign_id, {code: one.round_id for code, one in zip(KINDS, rounds, strict=True)}


def listed(number: int, class_code: str = "low-income", *, row: int | None = None, **cells: str) -> RosterRow:
    """The row of the person whom ``lots.person`` makes under this number."""
    given = {"class_code": class_code, "phone": f"1540500{number:04d}"} | cells
    return RosterRow(row=number if row is None else row, **given)


async def bring_in(
    county: County,
    campaign_id: UUID,
    *rows: RosterRow,
    dry_run: bool = False,
    roster_id: UUID | None = None,
    by: Actor = IMPORTER,
) -> Any:
    """Import a list."""
    command = ImportRoster(
        roster_id=roster_id or new_id(),
        campaign_id=campaign_id,
        document_no=DOCUMENT,
        rows=rows,
        dry_run=dry_run,
        actor=by,
    )
    return await transact(county, import_roster, command)


async def decide(
    county: County,
    roster_id: UUID,
    verdict: Verdict = Verdict.CONFIRM,
    *,
    by: Actor = CONFIRMER,
    note: str | None = None,
    decision_id: UUID | None = None,
) -> Any:
    """The second person's word."""
    command = DecideRoster(
        decision_id=decision_id or new_id(), roster_id=roster_id, verdict=verdict, note=note, actor=by
    )
    return await transact(county, decide_roster, command)


async def confirmed(county: County, campaign_id: UUID, *rows: RosterRow) -> UUID:
    """A list that gives people something."""
    imported = await bring_in(county, campaign_id, *rows)
    assert isinstance(imported, Imported), imported
    decided = await decide(county, imported.roster_id)
    assert decided.state is RosterState.CONFIRMED, decided
    return imported.roster_id


async def take(county: County, round_id: UUID, resident_id: UUID, *, claim_id: UUID | None = None) -> Any:
    """Take what the list sets aside."""
    known = await inquire(county, claimant, resident_id)
    assert known is not None
    claim = await asking(county, round_id, resident_id, claim_id=claim_id)
    return await transact(county, take_entitlement, TakeEntitlement(claim=claim, keys=known.keys))
