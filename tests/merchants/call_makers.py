"""An office with people, a call for merchants, and whoever applies under it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.identity.open_account import AdmitResidents, admit_residents
from backend.identity.records import NewResident
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Reason, Refused
from backend.merchants.apply_to_call import Applied, Apply, apply_to_call
from backend.merchants.call_rules import AttachedFile, CallRules, Dossier, FileKind, Step
from backend.merchants.object_to import Objected, ObjectTo, object_to
from backend.merchants.publish_call import CallPublished, PublishCall, publish_call
from backend.merchants.rules import LicenceKind, SizeClass, Trade
from backend.merchants.sign_application import SignApplication, sign_application
from backend.merchants.withdraw_application import Moved
from backend.outbox.rules import IdReused
from tests.merchants.merchant_makers import SHOWN, papers, premises, with_places

OPENS = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
CLOSES = datetime(2026, 12, 20, 16, 0, tzinfo=UTC)
LICENCE = AttachedFile(kind=FileKind.BUSINESS_LICENCE, sha256="ab" * 32)
NUMBERED = "筠演示〔2026〕9号"


def rules(**changed: Any) -> CallRules:
    """A call for restaurants below the threshold, with a business licence, seven days for objections."""
    given: dict[str, Any] = {
        "title_zh": "2026 年消费券餐饮商户征集公告",
        "title_en": "Call for restaurants 2026",
        "text_zh": "一、征集范围……",
        "text_en": "1. Who may apply …",
        "document_no": NUMBERED,
        "trades": (Trade.CATERING,),
        "sizes": (SizeClass.BELOW,),
        "licences": (LicenceKind.FOOD_BUSINESS,),
        "files": (FileKind.BUSINESS_LICENCE,),
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "objection_days": 7,
    }
    return CallRules(**(given | changed))


def dossier(order: int = 1, **changed: Any) -> Dossier:
    """What a merchant-to-be tells."""
    told = changed.pop("papers", None) or papers(order=order, **changed.pop("of_papers", {}))
    given: dict[str, Any] = {"papers": told, "premises": premises(), "position": SHOWN, "files": (LICENCE,)}
    return Dossier(**(given | changed))


class Office(Struct, frozen=True, kw_only=True):
    """A county with an office, and somebody who signs in with a phone."""

    county: County
    clerk: Actor
    reviewer: Actor
    approver: Actor
    applicant: Actor

    async def publish(self, **changed: Any) -> UUID:
        """Publish a call."""
        command = PublishCall(actor=self.clerk, call_id=new_id(), rules=rules(**changed))
        outcome = await transact(self.county, publish_call, command)
        assert isinstance(outcome, CallPublished), outcome
        return outcome.call_id

    def application(self, call_id: UUID, order: int = 1, **changed: Any) -> Apply:
        """The command that applies."""
        given: dict[str, Any] = {
            "actor": self.applicant,
            "application_id": new_id(),
            "call_id": call_id,
            "dossier": dossier(order),
            "contact_name": "苟定邦",
            "contact_phone": "15402000009",
        }
        return Apply(**(given | changed))

    async def applied(self, call_id: UUID, order: int = 1, **changed: Any) -> UUID:
        """Apply."""
        outcome = await transact(self.county, apply_to_call, self.application(call_id, order, **changed))
        assert isinstance(outcome, Applied), outcome
        return outcome.application_id

    def signing(self, application_id: UUID, step: Step, actor: Actor | None = None, **changed: Any) -> SignApplication:
        """The command that takes a step, by whoever usually takes it."""
        usual = {Step.PUBLICISE: self.clerk, Step.LIST: self.approver, Step.DECLINE: self.approver}
        given: dict[str, Any] = {
            "actor": actor or usual.get(step, self.reviewer),
            "decision_id": new_id(),
            "application_id": application_id,
            "step": step,
            "note": "材料不全" if step in (Step.RETURN, Step.REFUSE, Step.DECLINE) else None,
            "document_no": NUMBERED if step in (Step.PUBLICISE, Step.LIST) else None,
        }
        return SignApplication(**(given | changed))

    async def sign(self, application_id: UUID, step: Step, actor: Actor | None = None, **changed: Any) -> Any:
        """Take a step, whatever comes of it."""
        return await transact(self.county, sign_application, self.signing(application_id, step, actor, **changed))

    async def signed(self, application_id: UUID, *steps: Step) -> None:
        """Take steps that are in order."""
        for step in steps:
            outcome = await self.sign(application_id, step)
            assert isinstance(outcome, Moved), outcome

    async def object(self, application_id: UUID, actor: Actor, **changed: Any) -> Any:
        """Object, whatever comes of it."""
        given: dict[str, Any] = {
            "actor": actor,
            "objection_id": new_id(),
            "application_id": application_id,
            "name": "罗开明",
            "contact": "15402000077",
            "grounds": "该店上月因食品安全被处罚，请核实。",
        }
        return await transact(self.county, object_to, ObjectTo(**(given | changed)))

    async def objected(self, application_id: UUID, actor: Actor) -> UUID:
        """Object."""
        outcome = await self.object(application_id, actor)
        assert isinstance(outcome, Objected), outcome
        return outcome.objection_id


async def staff_member(county: County, role: Role, *, merchant_id: UUID | None = None) -> Actor:
    """Somebody of the office, or of a merchant, with an account."""
    staff_id = new_id()
    ready = AdmitStaff(
        id=staff_id,
        login=f"{role}-{staff_id.hex[-12:]}",
        name="测试人员",
        phone=None,
        password_hash="none",
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        roles=frozenset({role}),
        merchant_id=merchant_id,
    )
    made = await transact(county, admit_staff, ready)
    assert made == staff_id, made
    return Actor(kind=ActorKind.STAFF, id=staff_id, role=role.value)


async def resident(county: County) -> Actor:
    """Somebody who signed in with a phone."""
    new = NewResident(id=new_id())
    await transact(county, admit_residents, AdmitResidents((new,)))
    return Actor(kind=ActorKind.RESIDENT, id=new.id, role=Role.RESIDENT.value)


async def office(county: County) -> Office:
    """Open the office."""
    await with_places(county)
    return Office(
        county=county,
        clerk=await staff_member(county, Role.OFFICE),
        reviewer=await staff_member(county, Role.REVIEWER),
        approver=await staff_member(county, Role.APPROVER),
        applicant=await resident(county),
    )


def reason_of(outcome: object) -> Reason | str:
    """Why not, or what came instead of a no."""
    if isinstance(outcome, IdReused):
        return "id-reused"
    return outcome.reason if isinstance(outcome, Refused) else repr(outcome)


PERIOD_ENDS = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
"""The midnight after seven working days of objections, published on 2026-11-20, a Friday."""
LAST_DAY = date(2026, 12, 1)
A_DAY = timedelta(days=1)
