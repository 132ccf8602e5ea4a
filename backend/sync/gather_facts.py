"""What does the county know of a device and of what it took, when its journal is judged?

Everything is the county's own record; what the device says is in the journal. Read anew at each push, so that a
suspension, a new operator or a new policy counts from the moment it was stored. The merchant is known as it stood at
each instant, since a device can only know what the county's last word told it.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.cards.find_home_cards import known_cards
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.trust import instant_of, seconds_of
from backend.merchants.rules import Standing
from backend.merchants.standing_history import standing_history
from backend.stations.find_stations import find_operators
from backend.sync.body_rules import CardProof, HolderProof, Redeem, Void
from backend.sync.device_rules import Device, DeviceKind, DeviceState
from backend.sync.event_rules import SignedEvent, body_of
from backend.sync.fact_rules import CardFacts, DeviceFacts, Episode, PolicyFacts, Span, VoucherFacts
from backend.sync.find_status import snapshots_of
from backend.sync.store import allowances, events, policies
from backend.vouchers.find_card_vouchers import card_vouchers_taken
from backend.vouchers.find_taken import campaign_numbers, taken_since, terms_at
from backend.vouchers.find_tokens import issued_tokens_of
from backend.vouchers.rules import Counter

CERTIFICATE_LIVES: Final = timedelta(days=30)
"""With each word of the county a certificate of so long is handed out."""
MOST_STAFF: Final = 500
MOST_POLICIES: Final = 1_000


class Journal(Struct, frozen=True):
    """A device and its events up to the number that is judged."""

    device: Device
    log: Sequence[SignedEvent]
    beside: Sequence[SignedEvent] = ()
    """What is looked at as well: acts that waited, and second events of a number, which may take something back."""


async def gather_facts(tx: Transaction, journal: Journal) -> DeviceFacts:
    """All of it, for ``verdicts``."""
    device = journal.device
    bodies = list(_redeems(journal.log))
    vouchers = {body.voucher for body in bodies}
    hashes = {body.proof.token_hash for body in bodies if isinstance(body.proof, HolderProof)}
    tokens = await issued_tokens_of(tx, hashes)
    carded = await _vouchers(tx, {body.voucher for body in bodies if isinstance(body.proof, CardProof)})
    keys = {(token.campaign, token.terms_version, token.domain) for token in tokens.values()}
    keys |= {(held.campaign, held.terms_version, held.domain) for held in carded.values()}
    both = [*journal.log, *journal.beside]
    given = await events.checkpoints_of(tx, device.id, {signed.event.checkpoint.no for signed in both})
    stood = await _stood(tx, device)
    return DeviceFacts(
        county=tx.county.code,
        device=device.id,
        epoch=await epoch(tx, AskEpoch()),
        station=device.kind is DeviceKind.STATION,
        counter=stood[-1][1] if stood else None,
        stood=stood,
        active=_active(device),
        certificates=tuple(_certificate(time) for time in given.values()),
        policies=await _policies(tx),
        checkpoints=given,
        snapshots=await snapshots_of(tx, {signed.event.snapshot for signed in journal.log}),
        episodes=await _episodes(tx, device.id, _first(both)),
        operators=await operators_of(tx, device),
        terms=await terms_at(tx, keys),
        tokens=tokens,
        cards=await _cards(tx, {body.proof.card_hash for body in bodies if isinstance(body.proof, CardProof)}),
        vouchers=carded,
        unusable={who: (Span(since),) for who, since in (await taken_since(tx, vouchers)).items()},
    )


def _redeems(log: Iterable[SignedEvent]) -> Iterable[Redeem]:
    for signed in log:
        body = body_of(signed.event)
        if not isinstance(body, Refused) and isinstance(body, Redeem):
            yield body


async def _cards(tx: Transaction, hashes: set[bytes]) -> dict[bytes, CardFacts]:
    if not hashes:
        return {}
    known = await known_cards(tx, hashes)
    return {hashed: CardFacts(one.card, one.resident_id, one.ended_at) for hashed, one in known.items()}


async def _vouchers(tx: Transaction, taken: set[UUID]) -> dict[UUID, VoucherFacts]:
    """Vouchers that were taken by card."""
    if not taken:
        return {}
    return {
        who: VoucherFacts(
            resident=one.resident_id,
            campaign=one.campaign,
            terms_version=one.terms_version,
            domain=one.domain,
            face_fen=one.face_fen,
            use_from=one.use_from,
            expires_at=one.expires_at,
        )
        for who, one in (await card_vouchers_taken(tx, taken)).items()
    }


async def _stood(tx: Transaction, device: Device) -> tuple[tuple[Instant, Counter], ...]:
    if device.merchant_id is None:
        return ()
    return tuple((since, _counter(of)) for since, of in await standing_history(tx, device.merchant_id))


def _counter(of: Standing) -> Counter:
    return Counter(merchant_id=of.merchant_id, trade=of.trade, town=of.town_code, standing=of.state, lists=of.lists)


def _certificate(given: Instant) -> Span:
    """Of the whole second that the device was told, which is before the instant itself."""
    told = instant_of(seconds_of(given))
    return Span(told, told + CERTIFICATE_LIVES)


def _active(device: Device) -> tuple[Span, ...]:
    ended = [at for at in (device.suspended_at, device.revoked_at) if at is not None]
    if device.decided_at is None or device.state in (DeviceState.WAITING, DeviceState.REFUSED):
        return ()
    return (Span(device.decided_at, min(ended, default=None)),)


async def _policies(tx: Transaction) -> dict[int, PolicyFacts]:
    newest_first = [one for one in await policies.policies_before(tx, None, MOST_POLICIES) if one.in_force_at]
    found: dict[int, PolicyFacts] = {}
    until: Instant | None = None
    for policy in newest_first:
        if policy.in_force_at is not None:
            found[policy.number] = PolicyFacts(policy.limits, Span(policy.in_force_at, until))
            until = policy.in_force_at
    return found


def _first(log: Sequence[SignedEvent]) -> int:
    """The lowest number that these events are about: a device may take back what it accepted long ago."""
    bodies = (body_of(signed.event) for signed in log)
    voided = {body.seq for body in bodies if isinstance(body, Void)}
    return min(voided | {signed.event.seq for signed in log}, default=1)


async def _episodes(tx: Transaction, device_id: UUID, first: int) -> tuple[Episode, ...]:
    begun = await events.episodes_of(tx, device_id, first)
    dealt = await allowances.dealt_in(tx, device_id, {one.number for one in begun})
    numbers = await campaign_numbers(tx, {one.campaign_id for one in dealt})
    caps: dict[int, dict[int, int]] = {}
    reserved: dict[int, dict[int, int]] = {}
    for one in dealt:
        caps.setdefault(one.episode, {})[numbers[one.campaign_id]] = one.told_fen
        reserved.setdefault(one.episode, {})[numbers[one.campaign_id]] = one.cap_fen
    return tuple(
        Episode(
            number=one.number,
            after_seq=one.after_seq,
            caps_fen=caps.get(one.number, {}),
            reserved_fen=reserved.get(one.number, {}),
            heard_after=one.heard_after,
        )
        for one in begun
    )


async def operators_of(tx: Transaction, device: Device) -> dict[UUID, Span]:
    """Who may work at the device, or might, and when."""
    if device.station_id is not None:
        found: dict[UUID, Span] = {}
        for held in await find_operators(tx, device.station_id):
            known = found.get(held.staff_id)
            since = held.begins_at if known is None else min(known.since, held.begins_at)
            until = held.ends_at if known is None or known.until is None or held.ends_at is None else None
            found[held.staff_id] = Span(since, until)
        return found
    staff = await page_of_staff(tx, PageOfStaff(most=MOST_STAFF, merchant_id=device.merchant_id))
    return {one.id: Span(one.created_at, one.ended_at) for one in staff}
