"""Try an import: what would the file do to the county as it is now? Nothing changes but that the report is kept."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.sheets.columns import SheetRead
from backend.starting import store
from backend.starting.importing import Asked, Importer
from backend.starting.rules import ImportReason, Outcome, Plan, Tried, report_hash


class TryImport(Struct, frozen=True, kw_only=True):
    """A file that was read; ``import_id`` names the report and the import that may follow."""

    actor: Actor
    import_id: UUID
    importer: Importer
    file_sha256: bytes
    read: SheetRead


class Reported(Struct, frozen=True, kw_only=True):
    """The report; ``again`` marks the same answer to a repeated request."""

    import_id: UUID
    plan: Plan
    again: bool = False


class _Keep(Struct, frozen=True):
    command: TryImport
    plan: Plan


async def try_import(county: County, command: TryImport) -> Reported | Refused[ImportReason] | IdReused:
    """Plan by reading alone, so that nobody waits, then keep the report under its id."""
    asked = Asked(rows=command.read.rows, actor=command.actor, at=county.clock())
    plan = with_read(await inquire(county, command.importer.plan, asked), command.read)
    return await transact(county, _keep, _Keep(command, plan))


def with_read(plan: Plan, read: SheetRead) -> Plan:
    """The plan with what reading the file has found, in the order of the sheet."""
    faults = sorted((*read.faults, *plan.faults), key=lambda fault: (fault.sheet, fault.row or 0, fault.column or ""))
    return replace(plan, faults=tuple(faults), ignored=read.ignored)


async def _keep(tx: Transaction, kept: _Keep, *, now: Instant) -> Reported | Refused[ImportReason] | IdReused:
    command, plan = kept.command, kept.plan
    reported = Reported(import_id=command.import_id, plan=plan)
    hashed = report_hash(plan)
    earlier = await store.tried(tx, command.import_id)
    if earlier is not None:
        if (earlier.kind, earlier.file_sha256) != (command.importer.kind, command.file_sha256):
            return IdReused()
        if earlier.applied_at is not None:
            return Refused(ImportReason.IMPORT_APPLIED)
        return replace(reported, again=True) if earlier.report_hash == hashed else Refused(ImportReason.COUNTY_CHANGED)
    await store.insert_tried(
        tx,
        Tried(
            id=command.import_id,
            kind=command.importer.kind,
            file_sha256=command.file_sha256,
            report_hash=hashed,
            rows_new=plan.count(Outcome.NEW),
            rows_changed=plan.count(Outcome.CHANGED),
            rows_there=plan.count(Outcome.THERE),
            faults=len(plan.faults),
            tried_by=command.actor.id,
            tried_at=now,
        ),
    )
    return reported
