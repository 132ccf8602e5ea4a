"""What a merchant and a merchant-to-be have under way at the office, for each side of the world."""

from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.unassignable import bank_account
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.merchants.account_rules import AccountKind
from backend.merchants.apply_to_call import Applied, Apply, apply_to_call
from backend.merchants.call_rules import ApplicationState
from backend.merchants.object_to import Objected, ObjectTo, object_to
from backend.merchants.propose_account import AccountMoved, ProposeAccount, propose_account
from backend.merchants.renew_papers import PapersMoved, RenewPapers, renew_papers
from backend.merchants.store import applications
from tests.merchants.call_makers import A_DAY, LICENCE, dossier
from tests.merchants.merchant_makers import licence


class Applying(Struct, frozen=True, kw_only=True):
    """An application that is publicised, the objection to it, a proposed bank account and papers that wait."""

    application_id: UUID
    objection_id: UUID
    account_id: UUID
    renewal_id: UUID


async def applying(
    county: County, number: int, call_id: UUID, resident_id: UUID, merchant: tuple[UUID, UUID]
) -> Applying:
    """By the slices' own verbs, but for the review, which needs people of the office."""
    resident = Actor(kind=ActorKind.RESIDENT, id=resident_id, role=Role.RESIDENT.value)
    merchant_id, staff_id = merchant
    owner = Actor(kind=ActorKind.STAFF, id=staff_id, role=Role.MERCHANT.value)
    apply = Apply(
        actor=resident,
        application_id=new_id(),
        call_id=call_id,
        dossier=dossier(60 + number),
        contact_name="苟定邦",
        contact_phone="15402000009",
    )
    assert isinstance(await transact(county, apply_to_call, apply), Applied)

    async def publicise(tx: Transaction, command: UUID, *, now: Instant) -> None:
        await applications.move(tx, command, ApplicationState.PUBLICISED, period=(now, now + A_DAY))

    await transact(county, publicise, apply.application_id)
    objection = ObjectTo(
        actor=Actor(kind=ActorKind.RESIDENT, id=new_id(), role=Role.RESIDENT.value),
        objection_id=new_id(),
        application_id=apply.application_id,
        name="罗开明",
        contact="15402000077",
        grounds="该店上月因食品安全被处罚，请核实。",
    )
    assert isinstance(await transact(county, object_to, objection), Objected)
    account_id, renewal_id = await _under_way(county, number, owner, merchant_id)
    return Applying(
        application_id=apply.application_id,
        objection_id=objection.objection_id,
        account_id=account_id,
        renewal_id=renewal_id,
    )


async def _under_way(county: County, number: int, owner: Actor, merchant_id: UUID) -> tuple[UUID, UUID]:
    account = ProposeAccount(
        actor=owner,
        account_id=new_id(),
        merchant_id=merchant_id,
        kind=AccountKind.CARD,
        holder_name="苟定邦",
        bank_name="演示农村商业银行筠连支行",
        bank_code="000651000001",
        province="四川省",
        number=bank_account(number),
    )
    assert isinstance(await transact(county, propose_account, account), AccountMoved)
    papers = RenewPapers(
        actor=owner,
        renewal_id=new_id(),
        merchant_id=merchant_id,
        licences=(licence(),),
        exemption=None,
        files=(LICENCE,),
    )
    assert isinstance(await transact(county, renew_papers, papers), PapersMoved)
    return account.account_id, papers.renewal_id
