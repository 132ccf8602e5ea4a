"""How does a visitor sign in to the demonstration county? By credentials that everybody may know.

Published on purpose: nothing here opens anything but a demonstration county, whose verbs alone accept them
(``identity.invite_staff.admit_staff``). A login is the person's key in the county's files.
"""

from msgspec import Struct

from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.records import Text
from backend.demonstration.residents import RESIDENT_PHONES_FROM
from backend.demonstration.unassignable import phone
from backend.kernel.actors import Role

PASSWORD = "Yizhan-Yanshi-1"  # noqa: S105 - published: see above.
TOTP_SECRET = "YIZHANYANSHIYIZHANYANSHIYIZHAN22"  # noqa: S105 - published: see above.
"""One second factor for all of them, so that one entry in an authenticator app serves every role."""


class SignIn(Struct, frozen=True, kw_only=True):
    """One line of the table that is shown to visitors; ``login`` is a phone for residents."""

    role: Role
    title: Text
    name: str
    login: str
    page: str


def sign_ins(county: DemonstrationCounty) -> list[SignIn]:
    """Somebody for every role, in the order in which a visitor meets them."""
    merchant, operator = county.merchants.merchants[0], county.stations.operators[0]
    resident = SignIn(
        role=Role.RESIDENT,
        title=Text("居民", "Resident"),
        name="李晓燕",
        login=phone(RESIDENT_PHONES_FROM + 1),
        page="/",
    )
    at_counters = [
        SignIn(
            role=Role.MERCHANT,
            title=Text("商户", "Merchant"),
            name=merchant.owner.name.zh,
            login=merchant.key,
            page="/merchant/",
        ),
        SignIn(
            role=Role.OPERATOR,
            title=Text("站长", "Station operator"),
            name=operator.name.zh,
            login=operator.key,
            page="/station/",
        ),
    ]
    office = [
        SignIn(role=Role(member.role), title=member.title, name=member.name.zh, login=member.key, page="/office/")
        for member in county.staff.staff
        if member.deputy_of is None
    ]
    return [resident, *at_counters, *office]
