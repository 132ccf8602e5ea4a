"""There is no default account: an invitation, used once, sets both factors."""

from datetime import timedelta
from typing import Any

import pyotp

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.accept_invitation import (
    Accepted,
    AcceptInvitation,
    OpenInvitation,
    Unsealed,
    accept_invitation,
    open_invitation,
)
from backend.identity.assign_roles import AssignRoles, assign_roles
from backend.identity.change_credentials import (
    ChangePassword,
    RenewRecoveryCodes,
    change_password,
    renew_recovery_codes,
)
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.enter import Opened
from backend.identity.invite_staff import (
    AdmitStaff,
    CreateStaff,
    FoundAdministrators,
    Founder,
    InviteAgain,
    Invited,
    admit_staff,
    create_staff,
    found_administrators,
    invite_again,
)
from backend.identity.reasons import FoundingReason, IdentityReason
from backend.identity.recognise import Recogniser
from backend.identity.recover_administrator import RecoverAdministrator, recover_administrator
from backend.identity.second_factor import step_at
from backend.identity.staff_sign_in import StaffSignIn, sign_in_staff
from backend.kernel.actors import ADMINISTRATORS, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from tests.databases import HandClock
from tests.identity.people import PASSWORD, PASSWORD_HASH, SECRET, by, staff, staff_session, totp

CHOSEN = "Karst-cave-3391"
INVALID = Refused(IdentityReason.INVITATION_INVALID)


async def invited(county: County, **changes: Any) -> Invited:
    fields = {"login": "jiang", "name": "江涛", "phone": "15401000008", "actor": by(new_id()), **changes}
    made = await transact(county, create_staff, CreateStaff(**fields))
    assert isinstance(made, Invited)
    return made


def code_of(secret: str, county: County, *, off: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(step_at(county.clock()) + off)


async def unsealed(county: County, token: str) -> Unsealed:
    opened = await transact(county, open_invitation, OpenInvitation(token))
    assert isinstance(opened, Unsealed)
    return opened


async def accepted(county: County, token: str) -> tuple[Accepted, str]:
    secret = (await unsealed(county, token)).totp_secret
    command = AcceptInvitation(token=token, password=CHOSEN, code=code_of(secret, county))
    done = await accept_invitation(county, command)
    assert isinstance(done, Accepted)
    return done, secret


async def test_an_invitation_sets_both_factors_and_works_once(county: County, clock: HandClock) -> None:
    made = await invited(county)
    shown = await unsealed(county, made.token)
    assert shown.otpauth_uri.startswith("otpauth://totp/")
    assert shown.totp_secret in shown.otpauth_uri
    assert shown.qr_svg.startswith("<svg")
    assert "<script" not in shown.qr_svg
    done, secret = await accepted(county, made.token)
    assert len(set(done.recovery_codes)) == 10
    assert done.opened is None  # Roles are given by somebody else.
    assert await transact(county, open_invitation, OpenInvitation(made.token)) == INVALID
    again = AcceptInvitation(token=made.token, password=CHOSEN, code=code_of(secret, county, off=1))
    assert await accept_invitation(county, again) == INVALID
    await transact(
        county, assign_roles, AssignRoles(staff_id=made.staff_id, roles=frozenset({Role.OFFICE}), actor=by(new_id()))
    )
    used = StaffSignIn(login="jiang", password=CHOSEN, second_factor=code_of(secret, county))
    assert await sign_in_staff(county, used) == Refused(IdentityReason.SIGN_IN_FAILED)
    fresh = StaffSignIn(login="jiang", password=CHOSEN, second_factor=code_of(secret, county, off=1))
    assert isinstance(await sign_in_staff(county, fresh), Opened)


async def test_an_invitation_runs_out_after_72_hours(county: County, clock: HandClock) -> None:
    made = await invited(county)
    assert made.expires_at - clock() == timedelta(hours=72)
    clock.forward(hours=72, microseconds=-1)
    await unsealed(county, made.token)
    clock.forward(microseconds=1)
    assert await transact(county, open_invitation, OpenInvitation(made.token)) == INVALID


async def test_five_wrong_codes_end_an_invitation(county: County) -> None:
    made = await invited(county)
    secret = (await unsealed(county, made.token)).totp_secret
    wrong = f"{(int(code_of(secret, county, off=7)) + 1) % 1_000_000:06}"
    for _ in range(5):
        answer = await accept_invitation(county, AcceptInvitation(token=made.token, password=CHOSEN, code=wrong))
        assert answer == Refused(IdentityReason.SECOND_FACTOR_WRONG)
    right = AcceptInvitation(token=made.token, password=CHOSEN, code=code_of(secret, county))
    assert await accept_invitation(county, right) == INVALID


async def test_a_code_before_the_secret_was_shown_proves_nothing(county: County) -> None:
    made = await invited(county)
    early = AcceptInvitation(token=made.token, password=CHOSEN, code="123456")
    assert await accept_invitation(county, early) == Refused(IdentityReason.SECOND_FACTOR_WRONG)


async def test_a_common_password_or_ones_own_phone_is_refused_and_may_be_mended(county: County) -> None:
    made = await invited(county)
    secret = (await unsealed(county, made.token)).totp_secret
    for password in ("password123", "jiang-jiang", "a15401000008"):
        command = AcceptInvitation(token=made.token, password=password, code=code_of(secret, county))
        assert await accept_invitation(county, command) == Refused(IdentityReason.PASSWORD_COMMON)
    mended = AcceptInvitation(token=made.token, password=CHOSEN, code=code_of(secret, county))
    assert isinstance(await accept_invitation(county, mended), Accepted)


async def test_one_login_and_one_phone_are_one_person(county: County) -> None:
    await invited(county)
    same_login = CreateStaff(login="jiang", name="江", phone="15401000009", actor=by(new_id()))
    assert await transact(county, create_staff, same_login) == Refused(IdentityReason.LOGIN_TAKEN)
    same_phone = CreateStaff(login="jiang2", name="江", phone="15401000008", actor=by(new_id()))
    assert await transact(county, create_staff, same_phone) == Refused(IdentityReason.PHONE_TAKEN)


async def test_a_county_founds_its_three_administrators_once(county: County) -> None:
    founders = tuple(
        Founder(role=role, login=f"a-{role.value}".replace("_", "-"), name="甲", phone=f"1540100001{number}")
        for number, role in enumerate(sorted(ADMINISTRATORS))
    )
    made = await transact(county, found_administrators, FoundAdministrators(founders))
    assert isinstance(made, list)
    assert len({one.token for one in made}) == 3
    done, _ = await accepted(county, made[0].token)
    assert done.opened is not None
    caller = await Recogniser().find(county, done.opened.token, None)
    assert caller is not None
    assert caller.roles == frozenset({sorted(ADMINISTRATORS)[0]})
    again = await transact(county, found_administrators, FoundAdministrators(founders))
    assert again == Refused(FoundingReason.ADMINISTRATORS_FOUNDED)


async def test_ready_accounts_exist_only_where_everything_is_invented(real_county: County) -> None:
    command = AdmitStaff(
        id=new_id(),
        login="peng",
        name="彭",
        phone=None,
        password_hash=PASSWORD_HASH,
        totp_secret=SECRET,
        roles=frozenset({Role.APPROVER}),
    )
    assert await transact(real_county, admit_staff, command) == Refused(FoundingReason.DEMONSTRATION_ONLY)


async def test_inviting_again_ends_sessions_and_replaces_both_factors(county: County, clock: HandClock) -> None:
    security = await staff(county, Role.SECURITY_ADMIN)
    staff_id = await staff(county, Role.OFFICE, login="ye")
    session = await staff_session(county, staff_id)
    again = await transact(county, invite_again, InviteAgain(staff_id=staff_id, actor=by(security)))
    assert isinstance(again, Invited)
    assert await Recogniser().find(county, session.token, None) is None
    old = StaffSignIn(login="ye", password=PASSWORD, second_factor=totp(clock()))
    assert await sign_in_staff(county, old) == Refused(IdentityReason.NO_ROLE)
    await accepted(county, again.token)
    gone = StaffSignIn(login="ye", password=PASSWORD, second_factor=totp(clock(), step=1))
    assert await sign_in_staff(county, gone) == Refused(IdentityReason.SIGN_IN_FAILED)


async def test_whoever_invites_again_wins_no_rights_by_it(county: County) -> None:
    system = await staff(county, Role.SYSTEM_ADMIN)
    approver = await staff(county, Role.APPROVER, Role.REVIEWER, login="ye")
    again = await transact(county, invite_again, InviteAgain(staff_id=approver, actor=by(system)))
    assert isinstance(again, Invited)
    done, _ = await accepted(county, again.token)
    assert done.opened is None, "without rights there is nothing to sign in to"
    security = await staff(county, Role.SECURITY_ADMIN, login="an")
    last = InviteAgain(staff_id=security, actor=by(system))
    assert await transact(county, invite_again, last) == Refused(IdentityReason.LAST_ADMINISTRATOR)


async def test_the_machine_invites_an_administrator_again_and_gives_nobody_a_role(county: County) -> None:
    auditor = await staff(county, Role.AUDITOR, login="chen")
    session = await staff_session(county, auditor)
    again = RecoverAdministrator(role=Role.AUDITOR, login="chen")
    first = await transact(county, recover_administrator, again)
    second = await transact(county, recover_administrator, again)
    assert isinstance(first, Invited)
    assert isinstance(second, Invited)
    assert await Recogniser().find(county, session.token, None) is None
    assert await transact(county, open_invitation, OpenInvitation(first.token)) == INVALID
    done, _ = await accepted(county, second.token)
    assert done.opened is not None, "the role is still there: nobody else could give it back"
    for login, reason in (
        ("chen", FoundingReason.NOT_THAT_ADMINISTRATOR),
        ("nobody", FoundingReason.NO_SUCH_LOGIN),
    ):
        other = RecoverAdministrator(role=Role.SYSTEM_ADMIN, login=login)
        assert await transact(county, recover_administrator, other) == Refused(reason)
    await transact(county, end_staff, EndStaff(staff_id=await staff(county, login="gone"), actor=by(auditor)))
    gone = RecoverAdministrator(role=Role.SYSTEM_ADMIN, login="gone")
    assert await transact(county, recover_administrator, gone) == Refused(IdentityReason.STAFF_ENDED)


async def test_nobody_invites_themselves_or_somebody_who_is_not_there(county: County) -> None:
    security = await staff(county, Role.SECURITY_ADMIN)
    own = InviteAgain(staff_id=security, actor=by(security))
    assert await transact(county, invite_again, own) == Refused(IdentityReason.OWN_RIGHTS)
    nobody = InviteAgain(staff_id=new_id(), actor=by(security))
    assert await transact(county, invite_again, nobody) == Refused(GeneralReason.NOT_FOUND)


async def test_each_recovery_code_serves_once_typed_in_any_way(county: County, clock: HandClock) -> None:
    staff_id = await staff(county, Role.OFFICE, login="ye")
    renew = RenewRecoveryCodes(staff_id=staff_id, second_factor=totp(clock()), actor=by(staff_id))
    codes = await transact(county, renew_recovery_codes, renew)
    assert isinstance(codes, tuple)
    assert len(codes) == 10
    typed = codes[0].replace("-", " ").lower()
    first = StaffSignIn(login="ye", password=PASSWORD, second_factor=typed)
    assert isinstance(await sign_in_staff(county, first), Opened)
    for factor in (typed, codes[0]):
        again = StaffSignIn(login="ye", password=PASSWORD, second_factor=factor)
        assert await sign_in_staff(county, again) == Refused(IdentityReason.SIGN_IN_FAILED)
    second = StaffSignIn(login="ye", password=PASSWORD, second_factor=codes[1])
    assert isinstance(await sign_in_staff(county, second), Opened)
    wrong = RenewRecoveryCodes(staff_id=staff_id, second_factor="AAAAA-AAAAA", actor=by(staff_id))
    assert await transact(county, renew_recovery_codes, wrong) == Refused(IdentityReason.SECOND_FACTOR_WRONG)


async def test_a_changed_password_renews_the_session_and_ends_all_others(county: County, clock: HandClock) -> None:
    staff_id = await staff(county, Role.OFFICE, login="ye")
    here, there = await staff_session(county, staff_id), await staff_session(county, staff_id)

    def change(**fields: Any) -> ChangePassword:
        known = {"old": PASSWORD, "new": CHOSEN, "second_factor": totp(clock())}
        return ChangePassword(staff_id=staff_id, actor=by(staff_id, Role.OFFICE), **(known | fields))

    for _ in range(9):  # Choosing badly is no guess and locks nobody.
        assert await change_password(county, change(new="qwertyuiop")) == Refused(IdentityReason.PASSWORD_COMMON)
    assert await change_password(county, change(old="wrong-old-1")) == Refused(IdentityReason.SIGN_IN_FAILED)
    assert await change_password(county, change(second_factor="000001")) == Refused(IdentityReason.SIGN_IN_FAILED)
    renewed = await change_password(county, change())
    assert isinstance(renewed, Opened)
    recogniser = Recogniser()
    assert [await recogniser.find(county, token, None) for token in (here.token, there.token)] == [None, None]
    assert await recogniser.find(county, renewed.token, None) is not None
    fresh = StaffSignIn(login="ye", password=CHOSEN, second_factor=totp(clock(), step=1))
    assert isinstance(await sign_in_staff(county, fresh), Opened)
