"""The system administrator changes what the county shows of itself; what was shown before is kept."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.county_settings import store
from backend.county_settings.find_settings import find_settings
from backend.county_settings.rules import CountySettings, Logo, Saved, SettingsReason, changed, faulty
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class ChangeSettings(Struct, frozen=True, kw_only=True):
    """Settings as a whole; ``change_id`` names the act, ``based_on`` the number of those that were looked at.

    The sign is another where ``logo`` has one, gone with ``drop_logo``, else as it was; ``settings.logo`` is not read.
    """

    actor: Actor
    change_id: UUID
    based_on: int
    settings: CountySettings
    logo: Logo | None = None
    drop_logo: bool = False


class SettingsSaved(Struct, frozen=True, kw_only=True, tag="county-settings-saved"):
    """They are shown from now on; ``again`` marks the answer to a repeated request."""

    number: int
    logo: str
    again: bool = False


async def change_settings(
    tx: Transaction, command: ChangeSettings, *, now: Instant
) -> SettingsSaved | Refused[SettingsReason] | IdReused:
    """Number the settings and keep them; what cannot be read or was changed meanwhile binds no id."""
    sent = command.logo.sent_sha256 if command.logo else b""
    told = msgspec.structs.replace(command.settings, logo="")
    hashed = command_hash(("county.change-settings", command.based_on, told, sent, command.drop_logo))
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(SettingsSaved), again=True)
    if wrong := faulty(command.settings):
        return wrong
    before = await find_settings(tx)
    if before.number != command.based_on:
        return Refused(SettingsReason.SETTINGS_CHANGED)
    saved = await _keep(tx, command, before, now)
    answer = SettingsSaved(number=saved.number, logo=saved.settings.logo)
    await remember_answer(tx, command.change_id, hashed, answer, now=now)
    return answer


async def _keep(tx: Transaction, command: ChangeSettings, before: Saved, now: Instant) -> Saved:
    key = command.logo.key if command.logo else "" if command.drop_logo else before.settings.logo
    settings = msgspec.structs.replace(command.settings, logo=key)
    saved = Saved(number=before.number + 1, settings=settings, saved_at=now, saved_by=command.actor.id)
    if command.logo is not None:
        await store.insert_logo(tx, command.logo, now)
    await store.insert_saved(tx, command.change_id, saved)
    entry = new_entry(
        now,
        command.actor,
        "county.change-settings",
        ("county", tx.county.code),
        from_state=str(before.number),
        to_state=str(saved.number),
        detail=changed(before.settings, settings),
    )
    await record(tx, entry)
    return saved
