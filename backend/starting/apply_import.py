"""Carry out an import: exactly what its report said, once, and all of it in one transaction; or nothing."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.sheets.columns import SheetRead
from backend.starting import store
from backend.starting.importing import Asked, Done, Importer, NotAsPlanned
from backend.starting.rules import ImportReason, Outcome, decide_application, report_hash
from backend.starting.try_import import with_read


class ApplyImport(Struct, frozen=True, kw_only=True):
    """The same file again; ``application_id`` names the act."""

    actor: Actor
    application_id: UUID
    import_id: UUID
    importer: Importer
    file_sha256: bytes
    read: SheetRead


class Applied(Struct, frozen=True, kw_only=True, tag="applied"):
    """So many rows were made and changed. Kept under the act's id, so that it holds no name and no invitation."""

    import_id: UUID
    rows_new: int
    rows_changed: int
    rows_there: int


class Carried(Struct, frozen=True, kw_only=True):
    """What was done, with what is told only now; ``again`` marks the answer to a repeated request, without it."""

    applied: Applied
    done: tuple[Done, ...] = ()
    again: bool = False


NotApplied = Refused[ImportReason] | Refused[GeneralReason]


async def apply_import(county: County, command: ApplyImport) -> Carried | NotApplied | IdReused:
    """All or nothing: where a verb refuses what the plan promised, the whole transaction is taken back."""
    try:
        return await transact(county, _apply, command)
    except NotAsPlanned as other:
        return Refused(ImportReason.COUNTY_CHANGED, other.detail)


async def _apply(tx: Transaction, command: ApplyImport, *, now: Instant) -> Carried | NotApplied | IdReused:
    about = ("starting.apply-import", command.import_id, command.importer.kind, command.file_sha256)
    hashed = command_hash(about)
    earlier = await earlier_answer(tx, command.application_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return Carried(applied=earlier.decoded(Applied), again=True)
    tried = await store.tried(tx, command.import_id)
    if tried is None or tried.kind is not command.importer.kind:
        return Refused(GeneralReason.NOT_FOUND)
    if (refused := decide_application(tried, file_sha256=command.file_sha256)) is not None:
        return refused
    asked = Asked(rows=command.read.rows, actor=command.actor, at=now)
    plan = with_read(await command.importer.plan(tx, asked), command.read)
    if report_hash(plan) != tried.report_hash:
        return Refused(ImportReason.COUNTY_CHANGED)
    actor = msgspec.structs.replace(command.actor, request_id=command.application_id)
    wanted = [row for row in plan.rows if row.outcome is not Outcome.THERE]
    done = [await command.importer.take(tx, row, actor, now) for row in wanted]
    applied = Applied(
        import_id=command.import_id,
        rows_new=tried.rows_new,
        rows_changed=tried.rows_changed,
        rows_there=tried.rows_there,
    )
    await store.insert_application(tx, command.import_id, command.application_id, actor.id, now)
    told = f"{tried.kind}: {tried.rows_new} new, {tried.rows_changed} changed; file {command.file_sha256.hex()}"
    await record(tx, new_entry(now, actor, "starting.apply-import", ("import", command.import_id), detail=told))
    await remember_answer(tx, command.application_id, hashed, applied, now=now)
    return Carried(applied=applied, done=tuple(done))
