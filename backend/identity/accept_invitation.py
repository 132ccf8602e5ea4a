"""An invited person sets password and second factor, and is in."""

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import Arrival, Opened, OpenSession, open_session, token_hash
from backend.identity.passwords import hash_password, is_common
from backend.identity.reasons import IdentityReason
from backend.identity.records import Invitation, StaffMember
from backend.identity.rules import (
    INVITATION_TRIES,
    RECOVERY_CODES,
    PersonKind,
    SessionEnd,
    SessionMethod,
    StaffState,
)
from backend.identity.second_factor import (
    matching_step,
    new_recovery_codes,
    new_totp_secret,
    otpauth_uri,
    plain_recovery_code,
    qr_svg,
)
from backend.identity.store import sessions, staff
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class OpenInvitation(Struct, frozen=True):
    """The token of an invitation."""

    token: str


class Unsealed(Struct, frozen=True, kw_only=True):
    """What the invited person needs for an authenticator app; the secret is shown now and never again."""

    login: str
    name: str
    totp_secret: str
    otpauth_uri: str
    qr_svg: str


class AcceptInvitation(Struct, frozen=True, kw_only=True):
    """The chosen password and the first code of the second factor."""

    token: str
    password: str
    code: str
    arrival: Arrival = Arrival()


class Accepted(Struct, frozen=True, kw_only=True):
    """Recovery codes, shown once, and the session; none while the account has no role."""

    recovery_codes: tuple[str, ...]
    opened: Opened | None


class _Accept(Struct, frozen=True, kw_only=True):
    command: AcceptInvitation
    password_hash: str


async def open_invitation(tx: Transaction, command: OpenInvitation, *, now: Instant) -> Unsealed | Refused[Reason]:
    """Make a second factor for the account; opening again makes another one and forgets the first."""
    found = await _valid(tx, command.token, now)
    if isinstance(found, Refused):
        return found
    invitation, member = found
    secret = new_totp_secret()
    await staff.put_invitation(tx, replace(invitation, totp_secret=secret))
    uri = otpauth_uri(secret, login=member.login, issuer=f"驿站 {tx.county.entry.name_zh}")
    return Unsealed(login=member.login, name=member.name, totp_secret=secret, otpauth_uri=uri, qr_svg=qr_svg(uri))


async def accept_invitation(county: County, command: AcceptInvitation) -> Accepted | Refused[Reason]:
    """Check the invitation, hash the password outside any transaction, then set all in one."""
    known = await inquire(county, _look, command)
    if isinstance(known, Refused):
        return known
    return await transact(
        county, _accept, _Accept(command=command, password_hash=await hash_password(command.password))
    )


async def _look(tx: Transaction, command: AcceptInvitation) -> StaffMember | Refused[Reason]:
    found = await _valid(tx, command.token, tx.county.clock())
    if isinstance(found, Refused):
        return found
    member = found[1]
    if is_common(command.password, member.login, member.phone or ""):
        return Refused(IdentityReason.PASSWORD_COMMON)
    return member


async def _accept(tx: Transaction, checked: _Accept, *, now: Instant) -> Accepted | Refused[Reason]:
    command = checked.command
    found = await _valid(tx, command.token, now)
    if isinstance(found, Refused):
        return found
    invitation, member = found
    secret = invitation.totp_secret
    step = None if secret is None else matching_step(secret, command.code, at=now)
    if secret is None or step is None:
        await staff.put_invitation(tx, replace(invitation, tries=invitation.tries + 1))
        return Refused(IdentityReason.SECOND_FACTOR_WRONG)
    await staff.set_credentials(tx, member.id, checked.password_hash, secret, step)
    codes = new_recovery_codes(RECOVERY_CODES)
    await staff.replace_recovery_codes(tx, member.id, [plain_recovery_code(code) for code in codes])
    await staff.end_invitations(tx, member.id, now)
    actor = Actor(kind=ActorKind.STAFF, id=member.id, address=command.arrival.address)
    await record(
        tx,
        new_entry(
            now,
            actor,
            "identity.accept_invitation",
            ("staff", member.id),
            from_state=member.state.value,
            to_state=StaffState.ACTIVE.value,
        ),
    )
    await sessions.end_all_of(tx, member.id, SessionEnd.RIGHTS_CHANGED, now)
    opened = None
    if member.roles:
        entering = OpenSession(
            kind=PersonKind.STAFF,
            person_id=member.id,
            method=SessionMethod.TWO_FACTORS,
            arrival=command.arrival,
            role=min(member.roles).value,
        )
        opened = await open_session(tx, entering, now=now)
    return Accepted(recovery_codes=tuple(codes), opened=opened)


async def _valid(tx: Transaction, token: str, now: Instant) -> tuple[Invitation, StaffMember] | Refused[Reason]:
    invitation = await staff.lock_invitation(tx, token_hash(token))
    if (
        invitation is None
        or invitation.ended_at is not None
        or now >= invitation.expires_at
        or invitation.tries >= INVITATION_TRIES
    ):
        return Refused(IdentityReason.INVITATION_INVALID)
    member = await staff.lock_staff(tx, invitation.staff_id)
    if member is None or member.state is StaffState.ENDED:
        return Refused(IdentityReason.INVITATION_INVALID)
    return invitation, member
