"""A card and its PIN at any counter with a network: for the chosen or best voucher a code of eight digits is made.

A counter is a merchant's own, or a station's desk in an operator's shift, which names the merchant that is paid.

The code is then taken as any typed one is, so a card has no way of its own through the money. A try is used up before
the PIN is compared, in a transaction of its own: fifty guesses at once are five. The slow hash is compared outside any
transaction, also for a card that the county does not know, so that such a card looks like a wrong PIN.

A code that nobody can scan has a number beside it. It uses up the same tries; before the PIN is right its every no is
the same one, without a count, so that nobody learns which numbers there are. A counter's wrong ones are counted.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.cards.note_use import NoteUse, note_use
from backend.cards.number_rules import is_typed, read_number
from backend.cards.pin_rules import Fitting, Held, fitting, within_the_day
from backend.cards.rules import PIN_TRIES, PaperCardReason, decide_use
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.passwords import password_matches
from backend.identity.person import claimant
from backend.kernel.actors import Actor
from backend.kernel.cards import CardReason, ShownCard, verify_card
from backend.kernel.claimants import Claimant, ProofLevel
from backend.kernel.instants import Instant, business_day, day_starts
from backend.kernel.refusals import Refused
from backend.merchants.standing import standing
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.rules import StationReason
from backend.stations.shift_for import shift_for
from backend.vouchers.find_card_vouchers import UsableBy, spendable_by
from backend.vouchers.issuer import trust_of
from backend.vouchers.number_tries import NumberTyped, give_back_number_try, take_number_try
from backend.vouchers.rules import Bill, Counter, RedemptionReason, VoucherFacts
from backend.vouchers.short_code import MakeShortCode, ShortCode, ShortCodeReason, make_short_code


class OpenCard(Struct, frozen=True, kw_only=True):
    """A counter scanned a card or typed its number, and its owner the PIN; ``code_id`` names the act.

    A station has a shift.
    """

    code_id: UUID
    card: str
    pin: str
    merchant_id: UUID
    bill: Bill
    voucher_id: UUID | None
    actor: Actor
    shift_id: UUID | None = None

    @property
    def typist(self) -> NumberTyped:
        """Whose wrong numbers these are: the merchant's, or the operator's, who could name any merchant."""
        operator = None if self.shift_id is None else self.actor.id
        return NumberTyped(operator or self.merchant_id)

    def __repr__(self) -> str:
        return f"OpenCard({self.code_id})"


class CardOpened(Struct, frozen=True, kw_only=True):
    """The digits for the chosen voucher, and what else would fit the bill, the best first."""

    code: str
    expires_at: datetime
    chosen: Fitting
    fitting: list[Fitting]

    def __repr__(self) -> str:
        return f"CardOpened({self.chosen.voucher_id})"


class WrongPin(Struct, frozen=True):
    """The card or its PIN is not right, and how often it may still be typed: ``PaperCardReason.PIN_WRONG``."""

    tries_left: int


class _Try(Struct, frozen=True):
    pin_hash: str | None
    left: int
    card_id: UUID | None
    """``None`` for a number that no card has."""


class _Shown(Struct, frozen=True):
    command: OpenCard
    named: ShownCard | str
    """Scanned, or the twelve digits that were typed."""


class _Opened(Struct, frozen=True):
    command: OpenCard
    card_id: UUID
    typed: bool


OpenNo = (
    Refused[PaperCardReason]
    | Refused[CardReason]
    | Refused[ShortCodeReason]
    | Refused[StationReason]
    | Refused[RedemptionReason]
)
OpenOutcome = CardOpened | WrongPin | OpenNo | IdReused


async def open_card(county: County, command: OpenCard) -> OpenOutcome:
    """The first no, in this order: shift, card, its standing, the PIN, its owner, the vouchers, the day."""
    if command.shift_id is not None:
        no_shift = await transact(county, _check_shift, command)
        if no_shift is not None:
            return no_shift
    named = _named(county, command)
    if isinstance(named, Refused):
        return named
    typed = isinstance(named, str)
    locked = await transact(county, take_number_try, command.typist) if typed else None
    if locked is not None:
        return locked
    tried = await transact(county, _take_try, _Shown(command, named))
    if isinstance(tried, Refused):
        return tried
    if await password_matches(tried.pin_hash, command.pin) and tried.card_id is not None:
        return await transact(county, _make_code, _Opened(command, tried.card_id, typed))
    await transact(county, _note_wrong, (command, tried.card_id))
    if typed:
        return Refused(PaperCardReason.NUMBER_OR_PIN_WRONG)
    if tried.left == 0:
        return Refused(PaperCardReason.LOCKED)
    return WrongPin(tried.left)


def _named(county: County, command: OpenCard) -> ShownCard | str | Refused[PaperCardReason] | Refused[CardReason]:
    if is_typed(command.card):
        return read_number(command.card) or Refused(PaperCardReason.NUMBER_MISTYPED)
    return verify_card(command.card, trust=trust_of(county), county=county.code, at=county.clock())


async def _take_try(tx: Transaction, shown: _Shown, *, now: Instant) -> _Try | Refused[PaperCardReason]:
    """The try, or what stands in the way; whoever typed a number is told of nothing before the PIN is right."""
    named = shown.named
    if isinstance(named, str):
        card_id, code_hash = await store.id_by_number(tx, named), None
    else:
        card_id, code_hash = named.card.card, named.hash
    card = None if card_id is None else await store.lock_card(tx, card_id)
    pin_hash = None if card is None else await store.pin_hash_of(tx, card.id, code_hash)
    if card is None or pin_hash is None:
        return _Try(None, PIN_TRIES - 1, card_id)
    refused = decide_use(card, now)
    if refused is None and not await store.take_try(tx, card.id):
        refused = Refused(PaperCardReason.LOCKED)
    if refused is None:
        return _Try(pin_hash, PIN_TRIES - card.tries - 1, card.id)
    return _Try(None, 0, card.id) if isinstance(named, str) else refused


async def _check_shift(tx: Transaction, command: OpenCard, *, now: Instant) -> Refused[StationReason] | None:
    """A station's desk is served in an open shift of the caller's own."""
    assert command.shift_id is not None, "asked of a station alone"
    assert command.actor.id is not None, "an operator is somebody"
    shift = await shift_for(tx, command.shift_id, command.actor.id, now=now)
    return shift if isinstance(shift, Refused) else None


async def _note_wrong(tx: Transaction, wrong: tuple[OpenCard, UUID | None], *, now: Instant) -> None:
    """A number that no card has is on record too: by it the office sees where somebody guesses."""
    command, card_id = wrong
    subject = ("merchant", command.merchant_id) if card_id is None else ("card", card_id)
    reason = PaperCardReason.PIN_WRONG.value
    await record(tx, new_entry(now, command.actor, "cards.check-pin", subject, reason=reason))


async def _make_code(tx: Transaction, opened: _Opened, *, now: Instant) -> OpenOutcome:
    command = opened.command
    if opened.typed:
        await give_back_number_try(tx, command.typist, now=now)
    about = (opened.card_id, command.merchant_id, command.bill, command.voucher_id)
    hashed = command_hash(("cards.open", *about))
    earlier = await earlier_answer(tx, command.code_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    card = await store.lock_card(tx, opened.card_id)
    assert card is not None, "its PIN was right"
    await store.give_back_tries(tx, card.id)
    holder = await claimant(tx, card.resident_id)
    if holder is None or holder.frozen:
        return Refused(PaperCardReason.HOLDER_FROZEN)
    fit = await _fitting(tx, command, holder, now)
    chosen = next((one for one in fit if command.voucher_id in (None, one.voucher_id)), None)
    if chosen is None:
        return Refused(PaperCardReason.NO_VOUCHER)
    if not within_the_day(await store.used_since(tx, card.id, day_starts(business_day(now))), chosen):
        return Refused(PaperCardReason.DAY_LIMIT)
    asked = MakeShortCode(resident_id=card.resident_id, voucher_id=chosen.voucher_id)
    made = await make_short_code(tx, asked, now=now)
    if not isinstance(made, ShortCode):
        return made
    use = NoteUse(
        use_id=command.code_id,
        card_id=card.id,
        voucher_id=chosen.voucher_id,
        operator_id=None if command.shift_id is None else command.actor.id,
        merchant_id=command.merchant_id,
        amount_fen=chosen.discount_fen,
        at=now,
        actor=command.actor,
    )
    await note_use(tx, use, now=now)
    if earlier is None:
        await remember_answer(tx, command.code_id, hashed, True, now=now)
    return CardOpened(code=made.code, expires_at=made.expires_at, chosen=chosen, fitting=fit)


async def _fitting(tx: Transaction, command: OpenCard, holder: Claimant, now: Instant) -> list[Fitting]:
    known = await standing(tx, command.merchant_id, now=now)
    if known is None:
        return []
    counter = Counter(
        merchant_id=known.merchant_id, trade=known.trade, town=known.town_code, standing=known.state, lists=known.lists
    )
    held = [
        Held(
            voucher_id=one.voucher_id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            facts=VoucherFacts(
                state=one.state,
                terms=one.terms,
                face_fen=one.face_fen,
                use_from=one.use_from,
                expires_at=one.expires_at,
                proof_level=max(ProofLevel.PHONE, holder.proof_level),
            ),
        )
        for one in await spendable_by(tx, UsableBy(resident_ids=(holder.resident_id,), at=now))
    ]
    return fitting(held, bill=command.bill, counter=counter, at=now)
