"""The papers of one device, signed anew: who it is, which limits hold, how much was set apart for it.

Each says what the county will judge by: the certificate begins with the last word that the device was given, as
``gather_facts`` has it, and the allowance names the event after which it counts.
"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import instant_of, seconds_of
from backend.sync.allowance_rules import Allowance, CampaignCap, sign_allowance
from backend.sync.certificate_rules import DEMONSTRATION, Certificate, DeviceKind, issue_certificate
from backend.sync.deal_allowance import find_episode
from backend.sync.device_rules import Device
from backend.sync.gather_facts import CERTIFICATE_LIVES
from backend.sync.policy_rules import Policy, sign_policy
from backend.sync.store import events, policies


class FindPapers(Struct, frozen=True):
    """Of a device that may be handed them, at this instant."""

    device: Device
    at: Instant


class Papers(Struct, frozen=True, kw_only=True):
    """The certificate needs a word of the county in the last thirty days, the allowance an episode."""

    certificate: bytes | None
    policy: bytes | None
    allowance: bytes | None


async def find_papers(tx: Transaction, asked: FindPapers) -> Papers:
    """All of them, by the county's present issuer."""
    device = asked.device
    keys = tx.county.keys
    issuer, kid = SigningKey(keys.issuer_private), bytes.fromhex(keys.issuer_kid)
    policy, certificate = await _policy(tx), await _certificate(tx, device, asked.at)
    allowance = await _allowance(tx, device)
    return Papers(
        certificate=None if certificate is None else issue_certificate(certificate, issuer=issuer, kid=kid),
        policy=None if policy is None else sign_policy(policy, issuer=issuer, kid=kid),
        allowance=None if allowance is None else sign_allowance(allowance, issuer=issuer, kid=kid),
    )


async def _certificate(tx: Transaction, device: Device, at: Instant) -> Certificate | None:
    given = await events.last_checkpoint(tx, device.id)
    if given is None or at >= given + CERTIFICATE_LIVES:
        return None
    policy = await policies.in_force(tx)
    return Certificate(
        county=tx.county.code,
        device=device.id,
        key=PublicKey.from_point(device.point),
        kind=DeviceKind(device.kind.number),
        merchant=device.merchant_id,
        station=device.station_id,
        policy=0 if policy is None else policy.number,
        not_before=_whole(given),
        expires_at=_whole(given + CERTIFICATE_LIVES),
        flags=DEMONSTRATION if tx.county.demonstration else 0,
    )


async def _policy(tx: Transaction) -> Policy | None:
    found = await policies.in_force(tx)
    if found is None or found.in_force_at is None:
        return None
    return Policy(
        county=tx.county.code,
        number=found.number,
        enforced_at=_whole(found.in_force_at),
        limits=found.limits,
    )


async def _allowance(tx: Transaction, device: Device) -> Allowance | None:
    episode = await find_episode(tx, device.id)
    # The present one began behind everything that was acknowledged.
    begun = {one.number: one.after_seq for one in await events.episodes_of(tx, device.id, device.ack_seq + 1)}
    if episode is None or episode.number not in begun:
        return None
    return Allowance(
        county=tx.county.code,
        device=device.id,
        episode=episode.number,
        after=begun[episode.number],
        dealt_at=_whole(episode.dealt_at),
        caps=tuple(CampaignCap(cap.campaign_number, cap.cap_fen) for cap in episode.caps),
    )


def _whole(at: Instant) -> Instant:
    """Signed instants are whole seconds."""
    return instant_of(seconds_of(at))
