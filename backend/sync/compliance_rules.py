"""Did a counter keep to the rules that it knew when it took a voucher without a network?

The county works this out again from the device's whole journal and from its own records, and believes nothing but
signatures. Promises:

1. The verdicts depend on the set of events and on the county's records, never on the order in which events arrived.
2. A verdict depends on nothing that stands later in the journal, except that a claim may be taken back. So what is
   settled stays settled when more arrives. A fork is the exception: it throws doubt on all that follows it.
   What either journal took back of its own stays taken back.
3. A claim that does not count takes no room from those after it.

Only events up to the first gap are judged: what lies beyond waits.
"""

from collections.abc import Collection, Iterable, Mapping, Set
from datetime import timedelta

from msgspec import Struct, structs

from backend.kernel.instants import Instant
from backend.kernel.trust import instant_of, seconds_of
from backend.sync.body_rules import HolderProof, Mode, Redeem, Void
from backend.sync.cap_rules import Taken, room_of
from backend.sync.chain_rules import holds_together, own_event
from backend.sync.event_rules import BEGINNING, DeviceEvent, SignedEvent, body_of
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import BY_RECORDS, Fault
from backend.sync.limits_rules import OfflineLimits
from backend.sync.proof_rules import Claim, is_fresh, is_signed_by_holder, offer_of, terms_fault
from backend.sync.walk_rules import Tally, TallyState, Walked

_EARLIEST = instant_of(0)
DOUBTS = frozenset({Fault.CHAIN_FORKED, Fault.CHAIN_BROKEN})

Verdicts = dict[bytes, Fault | None]
"""By an event's hash: ``None`` for a claim that kept to the rules, or the first one that it broke."""


class Judgement(Struct, frozen=True):
    """What follows from a device's events."""

    verdicts: Verdicts
    targets: Mapping[bytes, SignedEvent]
    """By the hash of each ``VOID``, the event of its own journal that it takes back, where that is known."""
    end: Walked
    """From where the next walk may go on …"""
    tallies: Mapping[int, Tally]
    """… with what this one has to be remembered for, by number; claims before it that it took back are there too."""
    doubt: Fault | None
    """Why nothing may go on from here: the next walk begins at the beginning."""
    doubts: Mapping[bytes, Fault]
    """By its hash, why an event of whatever kind is not believed as it stands: its chain, or its word of the county."""


def verdicts(
    log: Iterable[SignedEvent],
    facts: DeviceFacts,
    *,
    proven: Set[bytes] = frozenset(),
    unread: Set[int] = frozenset(),
) -> Verdicts:
    """The verdicts of ``judgement`` alone."""
    return judgement(log, facts, proven=proven, unread=unread).verdicts


def judgement(
    log: Iterable[SignedEvent],
    facts: DeviceFacts,
    *,
    proven: Set[bytes] = frozenset(),
    unread: Set[int] = frozenset(),
    walked: Walked | None = None,
) -> Judgement:
    """The verdict of every ``REDEEM`` up to the first gap; other kinds have none.

    Every event of ``log`` is one that its device signed, second events of a number too. ``proven`` are the hashes of
    events whose holder's signature was found good before, so that it need not be asked again. ``unread`` are the
    numbers under which only something unreadable came: nobody can tell whether the event after one of them names it,
    so nobody is blamed. ``walked`` is where an earlier walk without doubts ended: the log is what comes after it. Where
    this one then has doubts, what it says is worth nothing, and the whole journal is walked.
    """
    by_seq: dict[int, dict[bytes, SignedEvent]] = {}
    for event in [*log, *(() if walked is None else (target.signed for target in walked.targets.values()))]:
        by_seq.setdefault(event.event.seq, {})[event.hash] = event
    journal = _Journal(facts, proven, by_seq, walked)
    before: bytes | None = BEGINNING if walked is None else walked.hash
    doubt, seq = None, 1 if walked is None else walked.seq + 1
    while (here := by_seq.get(seq, {})) or seq in unread:
        if len(here) > 1:
            doubt = doubt or Fault.CHAIN_FORKED
        for event in here.values():
            if not holds_together(event.event.prev, before):
                doubt = doubt or Fault.CHAIN_BROKEN
            journal.take(event, doubt)
        before, seq = next(iter(here), None), seq + 1
    end = Walked(seq=seq - 1, hash=before or BEGINNING, word=journal.word, mark=journal.mark)
    return Judgement(journal.verdicts, journal.targets, end, journal.tallies, doubt, journal.doubts)


class _Journal:
    """One walk along a journal: what it showed so far and what was decided."""

    def __init__(
        self,
        facts: DeviceFacts,
        proven: Collection[bytes],
        by_seq: Mapping[int, Mapping[bytes, SignedEvent]],
        walked: Walked | None,
    ) -> None:
        self.verdicts: Verdicts = {}
        self.targets: dict[bytes, SignedEvent] = {}
        self.tallies: dict[int, Tally] = {}
        self.word = _EARLIEST if walked is None else walked.word
        self.mark = _EARLIEST if walked is None else walked.mark
        self.doubts: dict[bytes, Fault] = {}
        self._facts = facts
        self._proven = proven
        self._by_seq = by_seq
        self._taken = Taken(walked)
        self._counted: dict[bytes, Tally] = {}
        self._counters: dict[tuple[bytes, bytes], int] = {} if walked is None else dict(walked.counters)
        for target in () if walked is None else walked.targets.values():
            if target.tally is not None and target.tally.state is TallyState.COUNTED:
                self._counted[target.signed.hash] = target.tally
            if target.tally is not None and target.tally.state is TallyState.VOIDED:
                self.verdicts[target.signed.hash] = Fault.VOIDED

    def take(self, signed: SignedEvent, doubt: Fault | None) -> None:
        """Decide one event; after a doubt about the chain nothing counts any more."""
        hashed, event = signed.hash, signed.event
        # By its time, which the county's records confirm: after a restore numbers may begin again, and times do not.
        word = event.checkpoint.time
        went_back = word < self.word
        if word > self.word:
            self.word = self.mark = word
        self.mark = max(self.mark, event.t_dev)
        if (doubtful := doubt or (Fault.CHECKPOINT_WENT_BACK if went_back else None)) is not None:
            self.doubts[hashed] = doubtful
        match body_of(event):
            case Redeem() as body:
                fault = doubt or (Fault.CHECKPOINT_WENT_BACK if went_back else None)
                fault = fault or self._fault_of(hashed, event, body)
                if fault in BY_RECORDS and self._facts.is_of_before(event.epoch, word):
                    fault = Fault.CHECKPOINT_LOST
                self.verdicts[hashed] = fault
            case Void() as void:
                target = own_event(event, void.seq, self._by_seq, alone=doubt is None)
                if target is not None:
                    self.targets[hashed] = target
                    self._take_back(target.hash)

    def _take_back(self, hashed: bytes) -> None:
        claim = self._counted.pop(hashed, None)
        if claim is not None:
            assert claim.room is not None, "what is counted has its room"
            self._taken.give_back(claim.voucher, claim.room, claim.fen)
            self.tallies[claim.seq] = structs.replace(claim, state=TallyState.VOIDED)
        if claim is not None or self.verdicts.get(hashed) in DOUBTS:
            self.verdicts[hashed] = Fault.VOIDED

    def _fault_of(self, hashed: bytes, event: DeviceEvent, body: Redeem) -> Fault | None:
        if body.mode is Mode.ONLINE:
            # The county decided that one itself; the journal only tells of it.
            self._taken.use(body.voucher)
            self.tallies[event.seq] = Tally(seq=event.seq, voucher=body.voucher, state=TallyState.ONLINE)
            return None
        fault = _standing_fault(event, self._facts)
        if fault is not None:
            return fault
        policy = self._facts.policies[event.policy].limits
        hard = self._facts.limits_in(policy).hard
        # The latest instant that the journal showed since that word: a clock that is set back wins no time.
        at = self.mark
        fault = _time_fault(event, at, hard, self._facts) or _operator_fault(event, body, self._facts)
        if fault is not None:
            return fault
        word = self._facts.checkpoints[event.checkpoint.no]
        offer = offer_of(body, at, word, policy, self._facts)
        if isinstance(offer, Fault):
            return offer
        claim = Claim(seq=event.seq, hash=hashed, body=body, t_dev=event.t_dev, word=word, at=at, offer=offer)
        return self._decide(claim, event, policy)

    def _decide(self, claim: Claim, event: DeviceEvent, policy: OfflineLimits) -> Fault | None:
        facts, body = self._facts, claim.body
        if claim.hash not in self._proven and not is_signed_by_holder(claim, facts):
            return Fault.HOLDER_FORGED
        if not self._counts_up(claim):
            return Fault.COUNTER_REPLAYED
        if not is_fresh(claim, policy):
            return Fault.CODE_NOT_FRESH
        looked_at = facts.snapshots[event.snapshot]
        if body.mode is Mode.PAPER:
            # A card's vouchers come with the county's word, which is a moment older than the list that comes after it.
            looked_at = min(looked_at, claim.word)
        if any(span.has(looked_at) for span in facts.unusable.get(body.voucher, ())):
            return Fault.VOUCHER_UNUSABLE
        if self._taken.has(body.voucher):
            return Fault.VOUCHER_TWICE
        fault = terms_fault(claim, facts) or self._taken.fault_of(claim, policy, facts)
        if fault is None:
            room = room_of(claim, facts)
            self._taken.add(body.voucher, room, body.amount_fen)
            seen = self.tallies.get(claim.seq) or Tally(seq=claim.seq, voucher=body.voucher, state=TallyState.COUNTED)
            tally = structs.replace(seen, state=TallyState.COUNTED, fen=body.amount_fen, room=room)
            self.tallies[claim.seq] = self._counted[claim.hash] = tally
        return fault

    def _counts_up(self, claim: Claim) -> bool:
        """Whether the holder's counter is beyond every one that this device had of the voucher."""
        proof = claim.body.proof
        if not isinstance(proof, HolderProof):
            return True
        key = (claim.body.voucher.bytes, claim.offer.holder)
        if proof.counter <= self._counters.get(key, -1):
            return False
        self._counters[key] = proof.counter
        self.tallies[claim.seq] = Tally(
            seq=claim.seq,
            voucher=claim.body.voucher,
            state=TallyState.NOT_COUNTED,
            holder=claim.offer.holder,
            counter=proof.counter,
        )
        return True


def _standing_fault(event: DeviceEvent, facts: DeviceFacts) -> Fault | None:
    """Whether the device, as the county's word found it, may take vouchers by this policy."""
    given = facts.checkpoints.get(event.checkpoint.no)
    if given is None or seconds_of(given) != seconds_of(event.checkpoint.time):
        return Fault.CHECKPOINT_LOST if event.epoch < facts.epoch else Fault.CHECKPOINT_UNKNOWN
    if not any(span.has(given) for span in facts.active):
        return Fault.DEVICE_NOT_ACTIVE
    if facts.counter is None:
        return Fault.DEVICE_WITHOUT_MERCHANT
    policy = facts.policies.get(event.policy)
    return None if policy is not None and policy.known_at(given) else Fault.POLICY_UNKNOWN


def _time_fault(event: DeviceEvent, at: Instant, hard: timedelta, facts: DeviceFacts) -> Fault | None:
    """Whether the claim was made within the time for which the county's last word and list were good."""
    if at > event.checkpoint.time + hard:
        return Fault.OFFLINE_TOO_LONG
    if not any(span.has(at) for span in facts.certificates):
        return Fault.CERTIFICATE_EXPIRED
    made = facts.snapshots.get(event.snapshot)
    if made is None:
        return Fault.SNAPSHOT_UNKNOWN
    return Fault.SNAPSHOT_TOO_OLD if at > made + hard else None


def _operator_fault(event: DeviceEvent, body: Redeem, facts: DeviceFacts) -> Fault | None:
    """Whether the operator worked there at the county's last word; who left since was not known to have left."""
    span = facts.operators.get(body.operator)
    known = span is not None and span.has(facts.checkpoints[event.checkpoint.no])
    return None if known else Fault.OPERATOR_UNKNOWN
