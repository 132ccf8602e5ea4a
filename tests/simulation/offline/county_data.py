"""What a small county keeps: devices with their journals, episodes, claims, and the balances that follow."""

import hashlib
from collections import Counter
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from backend.kernel.signing import PublicKey
from backend.stations.rules import Shift
from backend.sync.chain_rules import contiguous, missing_from
from backend.sync.event_rules import BEGINNING, SignedEvent
from backend.sync.log_rules import Judged
from backend.sync.order_rules import RankedClaim
from backend.sync.push_rules import Place, Push
from backend.sync.sentinel_rules import MOST_MISSING
from merchant_tools.till_state import Allowance


class PowerCut(Exception):
    """Everything stops here; what was not on disk is gone."""


class StandIn(PublicKey):
    """A key that is quick: who knows the secret can sign, and nobody here forges."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.compressed = hashlib.sha256(secret).digest()

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return hashlib.sha512(self._secret + content).digest()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made it."""
        return signature == self.sign(message)


@dataclass(frozen=True)
class Dealt:
    """An episode: claims after event ``after`` may come to ``cap`` fen; the pool has paid ``charged`` of it."""

    after: int
    dealt_at: int
    cap: int
    charged: int = 0


@dataclass(frozen=True)
class Device:
    """What the county has of a device."""

    id: UUID
    key: StandIn
    merchant: str
    is_station: bool = False
    events: dict[int, SignedEvent] = field(default_factory=dict)
    forks: dict[bytes, SignedEvent] = field(default_factory=dict)
    head: int = 0
    episodes: tuple[Dealt, ...] = ()
    revoked_at: int | None = None
    restored_from: int = -1
    """Up to here the county had its journal when it was restored, of many times the shortest; -1 for never."""
    told_lost: int = 0
    """The newest number that a later device of this shop remembered of it."""

    @cached_property
    def ack(self) -> int:
        """Up to here everything is stored."""
        return contiguous(self.events)

    @cached_property
    def forked_from(self) -> int:
        """From this number on there are two journals: another event of it came, or it names another one before it."""
        broken = [seq for seq in range(2, self.ack + 1) if self.events[seq].event.prev != self.events[seq - 1].hash]
        return min([*broken, *(fork.event.seq for fork in self.forks.values())], default=2**32)

    def restored(self) -> "Device":
        """As it is in a county that was restored just now; what one life had dealt is known in none that follow."""
        before = self.ack if self.restored_from < 0 else self.restored_from
        return replace(self, restored_from=min(before, self.ack))


@dataclass
class Data:
    """All that is committed; a backup is a copy of it."""

    devices: dict[UUID, Device] = field(default_factory=dict)
    feed: list[tuple[UUID, str]] = field(default_factory=list)
    dead: frozenset[UUID] = frozenset()
    """Vouchers that expired or were voided before any claim on them came."""
    online: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    """Vouchers spent with the county itself: merchant and fen."""
    arrived: tuple[bytes, ...] = ()
    """Claims in the order in which they became payable or not, by hash."""
    posted: Counter[bytes] = field(default_factory=Counter)
    """How often each claim was looked at to be paid."""
    payable: Counter[str] = field(default_factory=Counter)
    own: Counter[UUID] = field(default_factory=Counter)
    cover: Counter[UUID] = field(default_factory=Counter)
    acts: dict[bytes, Judged] = field(default_factory=dict)
    """What stations' shifts and acts came to, by their events."""
    shifts: dict[UUID, Shift] = field(default_factory=dict)
    joined: Counter[UUID] = field(default_factory=Counter)
    """How often each shift became the county's."""
    done: Counter[UUID] = field(default_factory=Counter)
    """How often each act was done."""
    rejected: frozenset[bytes] = frozenset()
    """Acts that somebody in the office put aside."""

    def remember(self, push: Push) -> None:
        """What a device says of a journal of its shop, its own or one that is gone, where that is believed."""
        told = push.sentinel
        of = None if told is None else self.devices.get(told.device)
        if told is None or of is None or of.merchant != self.devices[push.device].merchant:
            return
        if of.head < told.seq <= of.ack + MOST_MISSING:
            self.devices[of.id] = replace(of, told_lost=max(of.told_lost, told.seq))

    def copied(self) -> "Data":
        """A copy that later changes leave alone; devices are replaced as a whole, never changed."""
        made = copy(self)
        names = "devices", "feed", "online", "posted", "payable", "own", "cover", "acts", "shifts", "joined", "done"
        for name in names:
            setattr(made, name, copy(getattr(self, name)))
        return made


@dataclass(frozen=True)
class Claim:
    """A compliant claim as it is ranked."""

    hash: bytes
    device: UUID
    merchant: str
    voucher: UUID
    amount: int
    ranked: RankedClaim


@dataclass(frozen=True)
class Answered:
    """What goes back to the device; the allowance travels beside."""

    data: bytes
    ack: int
    allowance: Allowance


class Power:
    """Current at the county: fails at one of the next steps when told to."""

    def __init__(self, fails_at: int = -1) -> None:
        self._left = fails_at

    def check(self) -> None:
        """Called before and after each step that lasts."""
        if self._left == 0:
            raise PowerCut
        self._left -= 1


def need_from(device: Device, head: Place) -> int | None:
    """The first number that is missing, or from which on an event names another one before it than is here.

    The head tells of a second journal even when nothing else of it has come.
    """
    kept = [*device.events.values(), *device.forks.values()]
    hashes = {(event.event.seq, event.hash) for event in kept} | {(0, BEGINNING)}
    named = {(event.event.seq - 1, event.event.prev) for event in kept} | {(head.seq, head.hash)}
    asked = [seq for seq, hashed in named - hashes if seq > 0]
    missing = missing_from(device.events, head=device.head)
    return min([*asked, *([] if missing is None else [missing])], default=None)
