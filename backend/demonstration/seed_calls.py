"""Every merchant's bank account, and a call for restaurants with applications that came as far as they came.

Each act has its hour, and is another transaction; all of an hour are done together.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, time, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.call_records import Call, Newcomer
from backend.demonstration.cast import Cast, Shop, accepted, staff_actor
from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.records import Merchant
from backend.demonstration.seed_people import papers_of
from backend.demonstration.seed_places import position_of, premises_of
from backend.demonstration.unassignable import bank_account, bank_code
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time
from backend.merchants.account_rules import AccountKind
from backend.merchants.apply_to_call import Applied, Apply, apply_to_call
from backend.merchants.approve_account import ApproveAccount, approve_account
from backend.merchants.call_rules import AttachedFile, CallRules, Dossier, FileKind, Step
from backend.merchants.object_to import Objected, ObjectTo, object_to
from backend.merchants.propose_account import AccountMoved, ProposeAccount, propose_account
from backend.merchants.publish_call import CallPublished, PublishCall, publish_call
from backend.merchants.renew_papers import PapersMoved, RenewPapers, renew_papers
from backend.merchants.rules import LicenceKind, Organisation, SizeClass, Trade
from backend.merchants.sign_application import SignApplication, sign_application
from backend.merchants.withdraw_application import Moved

Act = Callable[[Transaction, Instant], Awaitable[None]]
PROPOSED, APPROVED = (-29, time(10)), (-29, time(16))
APPLIED, REVIEWED, PUBLICISED = (-24, time(9, 30)), (-23, time(15)), (-22, time(10))
LISTED = (-4, time(11))
"""Far enough apart for the working days of the time for objections, whatever holidays lie between."""
LATE_APPLIED, LATE_REVIEWED, LATE_PUBLICISED = (-5, time(14)), (-3, time(10)), (-2, time(9))
RENEWED_FOR = timedelta(days=5 * 365)
OBJECTED, PENDING = (-1, time(20)), (-1, time(17))


class Scene(Struct, frozen=True, kw_only=True):
    """What every act needs: the files, everybody, and the day of seeding."""

    county: County
    demo: DemonstrationCounty
    cast: Cast
    today: date

    def at(self, moment: tuple[int, time]) -> Instant:
        """A day from seeding, at an hour."""
        return at_county_time(self.today + timedelta(days=moment[0]), moment[1])

    async def do(self, moment: tuple[int, time], act: Act) -> None:
        """All that happened at an hour, in one transaction."""

        async def run(tx: Transaction, _command: None, *, now: Instant) -> None:
            await act(tx, now)

        await transact(self.county, run, None, now=self.at(moment))

    @property
    def shops(self) -> Mapping[str, Shop]:
        """Merchants by their keys."""
        return {shop.key: shop for shop in self.cast.shops}

    def resident(self, number: int) -> Actor:
        """Somebody of the residents' roll."""
        roll = self.cast.residents
        return Actor(kind=ActorKind.RESIDENT, id=roll[number % len(roll)][1], role=Role.RESIDENT.value)

    def owner(self, shop: Shop) -> Actor:
        """Whoever owns a shop."""
        return staff_actor(shop.owner_id, Role.MERCHANT)


async def call_merchants(county: County, demo: DemonstrationCounty, cast: Cast, today: date) -> None:
    """Bank accounts first: they count a day after their approval."""
    scene = Scene(county=county, demo=demo, cast=cast, today=today)
    await _accounts(scene)
    for call in demo.calls.calls:
        await _call(scene, call)
    await scene.do(PENDING, lambda tx, now: _pending(scene, tx, now))


def _proposal(scene: Scene, merchant: Merchant, number: str) -> ProposeAccount:
    shop, pending = scene.shops[merchant.key], scene.demo.calls.pending
    individual = merchant.kind == Organisation.INDIVIDUAL.value
    return ProposeAccount(
        actor=scene.owner(shop),
        account_id=new_id(),
        merchant_id=shop.merchant_id,
        kind=AccountKind.CARD if individual else AccountKind.CORPORATE,
        holder_name=merchant.owner.name.zh if individual else merchant.registered_name,
        bank_name=pending.bank.zh,
        bank_code=bank_code(1),
        province=pending.province.zh,
        number=number,
    )


async def _accounts(scene: Scene) -> None:
    proposals = [_proposal(scene, one, one.bank_account) for one in scene.demo.merchants.merchants]

    async def propose(tx: Transaction, now: Instant) -> None:
        for command in proposals:
            accepted(AccountMoved, await propose_account(tx, command, now=now), f"account {command.account_id}")

    async def approve(tx: Transaction, now: Instant) -> None:
        reviewer = scene.cast.officer("reviewer-a", Role.REVIEWER)
        for command in proposals:
            approval = ApproveAccount(actor=reviewer, decision_id=new_id(), account_id=command.account_id)
            accepted(AccountMoved, await approve_account(tx, approval, now=now), f"account {command.account_id}")

    await scene.do(PROPOSED, propose)
    await scene.do(APPROVED, approve)


async def _call(scene: Scene, call: Call) -> None:
    call_id = new_id()
    published = PublishCall(
        actor=scene.cast.officer("office-a", Role.OFFICE), call_id=call_id, rules=_rules(scene, call)
    )

    async def publish(tx: Transaction, now: Instant) -> None:
        accepted(CallPublished, await publish_call(tx, published, now=now), call.title.zh)

    await scene.do((call.opens.day - 1, time(9)), publish)
    listed = [_joining(scene, call, call_id, key) for key in call.listed]
    await scene.do(APPLIED, lambda tx, now: _apply(tx, listed, now))
    await _sign(scene, call, listed, Step.REVIEW, REVIEWED)
    await _sign(scene, call, listed, Step.PUBLICISE, PUBLICISED)
    await _sign(scene, call, listed, Step.LIST, LISTED)
    late = {key: _joining(scene, call, call_id, key) for key in (*call.publicised, *call.submitted)}
    for number, newcomer in enumerate(call.newcomers):
        late[newcomer.merchant.key] = _newcomer(scene, call, call_id, number, newcomer)
    await scene.do(LATE_APPLIED, lambda tx, now: _apply(tx, list(late.values()), now))
    await _decide(scene, call, late)
    await scene.do(OBJECTED, lambda tx, now: _object(scene, call, late[call.objection.against], tx, now))


def _rules(scene: Scene, call: Call) -> CallRules:
    moments = [
        at_county_time(scene.today + timedelta(days=one.day), time.fromisoformat(one.time))
        for one in (call.opens, call.closes)
    ]
    return CallRules(
        title_zh=call.title.zh,
        title_en=call.title.en,
        text_zh=call.text.zh,
        text_en=call.text.en,
        document_no=call.document_no,
        trades=tuple(Trade(trade) for trade in call.trades),
        sizes=(SizeClass.ABOVE if call.above_threshold else SizeClass.BELOW,),
        licences=tuple(LicenceKind(kind) for kind in call.licences),
        files=tuple(FileKind(kind) for kind in call.files),
        opens_at=moments[0],
        closes_at=moments[1],
        objection_days=call.objection_days,
    )


def _files(call: Call, key: str) -> tuple[AttachedFile, ...]:
    # No files lie anywhere: the digests are those of their names, so that a visitor sees the same ones every time.
    return tuple(
        AttachedFile(kind=FileKind(kind), sha256=hashlib.sha256(f"演示 {key} {kind}".encode()).hexdigest())
        for kind in call.files
    )


def _joining(scene: Scene, call: Call, call_id: UUID, key: str) -> Apply:
    shop = scene.shops[key]
    merchant = next(one for one in scene.demo.merchants.merchants if one.key == key)
    return Apply(
        actor=scene.owner(shop),
        application_id=new_id(),
        call_id=call_id,
        merchant_id=shop.merchant_id,
        files=_files(call, key),
        contact_name=merchant.owner.name.zh,
        contact_phone=merchant.owner.phone,
    )


def _newcomer(scene: Scene, call: Call, call_id: UUID, number: int, newcomer: Newcomer) -> Apply:
    merchant = newcomer.merchant
    dossier = Dossier(
        papers=msgspec.structs.replace(papers_of(merchant), picture=None),
        premises=premises_of(merchant),
        position=position_of(merchant.position),
        files=_files(call, merchant.key),
    )
    return Apply(
        actor=scene.resident(40 + number),
        application_id=new_id(),
        call_id=call_id,
        dossier=dossier,
        contact_name=merchant.owner.name.zh,
        contact_phone=merchant.owner.phone,
    )


async def _apply(tx: Transaction, commands: list[Apply], now: Instant) -> None:
    for command in commands:
        accepted(Applied, await apply_to_call(tx, command, now=now), f"application {command.application_id}")


async def _sign(
    scene: Scene, call: Call, applications: list[Apply], step: Step, moment: tuple[int, time], note: str | None = None
) -> None:
    who = {Step.PUBLICISE: ("office-b", Role.OFFICE), Step.LIST: ("approver-a", Role.APPROVER)}
    key, role = who.get(step, ("reviewer-a", Role.REVIEWER))
    numbers = {Step.PUBLICISE: call.publication_no, Step.LIST: call.list_no}

    async def sign(tx: Transaction, now: Instant) -> None:
        for application in applications:
            command = SignApplication(
                actor=scene.cast.officer(key, role),
                decision_id=new_id(),
                application_id=application.application_id,
                step=step,
                note=note,
                document_no=numbers.get(step),
            )
            accepted(Moved, await sign_application(tx, command, now=now), f"{step} {application.application_id}")

    await scene.do(moment, sign)


async def _decide(scene: Scene, call: Call, late: Mapping[str, Apply]) -> None:
    states = {one.merchant.key: one for one in call.newcomers}
    shown = [late[key] for key in call.publicised]
    shown += [late[key] for key, one in states.items() if one.state == "publicised"]
    await _sign(scene, call, shown, Step.REVIEW, LATE_REVIEWED)
    await _sign(scene, call, shown, Step.PUBLICISE, LATE_PUBLICISED)
    for key, newcomer in states.items():
        note = newcomer.note.zh if newcomer.note else None
        if newcomer.state == "returned":
            await _sign(scene, call, [late[key]], Step.RETURN, LATE_REVIEWED, note)
        elif newcomer.state == "refused":
            await _sign(scene, call, [late[key]], Step.REFUSE, LATE_REVIEWED, note)


async def _object(scene: Scene, call: Call, application: Apply, tx: Transaction, now: Instant) -> None:
    neighbour = next(resident for resident, _ in scene.cast.residents if resident.phone)
    who = next(i for i, (resident, _) in enumerate(scene.cast.residents) if resident is neighbour)
    objection = ObjectTo(
        actor=scene.resident(who),
        objection_id=new_id(),
        application_id=application.application_id,
        name=neighbour.name,
        contact=neighbour.phone or "",
        grounds=call.objection.grounds.zh,
    )
    accepted(Objected, await object_to(tx, objection, now=now), "the objection")


async def _pending(scene: Scene, tx: Transaction, now: Instant) -> None:
    """One change of an account and one set of papers wait for somebody of the office who visits the demonstration."""
    pending = scene.demo.calls.pending
    for merchant in scene.demo.merchants.merchants:
        if merchant.key == pending.account:
            proposal = _proposal(scene, merchant, bank_account(500))
            accepted(AccountMoved, await propose_account(tx, proposal, now=now), "the account that waits")
        if merchant.key == pending.papers:
            renewal = _renewal(scene, merchant)
            accepted(PapersMoved, await renew_papers(tx, renewal, now=now), "the papers that wait")


def _renewal(scene: Scene, merchant: Merchant) -> RenewPapers:
    shop = scene.shops[merchant.key]
    return RenewPapers(
        actor=scene.owner(shop),
        renewal_id=new_id(),
        merchant_id=shop.merchant_id,
        licences=tuple(
            msgspec.structs.replace(one, valid_until=scene.today + RENEWED_FOR) for one in papers_of(merchant).licences
        ),
        exemption=None,
        files=(AttachedFile(kind=FileKind.TRADE_LICENCE, sha256=hashlib.sha256(b"demonstration papers").hexdigest()),),
    )
