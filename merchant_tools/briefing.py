"""What does a till go by, from what its county gave it?

Kept as the bytes that came, in one file that is replaced as a whole, and believed anew whenever it is read: each paper
by its own rules, at the time that the county's word names. The first root that a word names is pinned in that file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import cbor2

from merchant_tools import device_papers as papers
from merchant_tools.signed import NotOurForm, TrustList, read_cbor, read_trust_list
from merchant_tools.status_lists import USABLE, read_status_list
from merchant_tools.till_state import Allowance, Briefing, Facts, Limits
from merchant_tools.words import Rows, Word, read_word

NOTHING_DEALT = Allowance(0, 0, {})


@dataclass(frozen=True)
class Held:
    """The pinned root (a compressed point), the newest word and the newest status list, as they came."""

    root: bytes
    word: bytes
    listed: bytes


@dataclass(frozen=True)
class Owner:
    """Whose briefing it is; ``key`` is the till's own compressed point."""

    county: str
    device: UUID
    key: bytes


def nothing_told(county: str) -> Briefing:
    """What a till knows that was told nothing: it accepts nothing, and sends what it has."""
    return Briefing(TrustList(county, 0, {}), Limits(number=0), NOTHING_DEALT, {}, {})


def briefing_of(held: Held, owner: Owner) -> Briefing:
    """What the till goes by. Raises ``NotOurForm`` with the first reason why it believes nothing of this."""
    word = read_word(held.word, county=owner.county, device=owner.device)
    listed = read_status_list(held.listed, county=owner.county)
    if listed.epoch != word.epoch:
        raise NotOurForm("status-list-of-another-epoch")
    if word.trust is None:
        return nothing_told(owner.county)
    trust = read_trust_list(word.trust[1], root=held.root, county=owner.county)
    limits, allowance, domains = _papers_of(word, trust, owner)
    counters = list(word.collections.get("counter", {}).values())
    unusable = frozenset(place for place in range(listed.count) if listed.state_of(place) != USABLE)
    return Briefing(
        trust=trust,
        limits=limits,
        # A shop that the county does not know takes nothing.
        allowance=allowance if counters else NOTHING_DEALT,
        terms=_terms_of(word.collections.get("terms", {}), domains),
        counter=counters[0] if counters else {},
        status_version=listed.version,
        status_epoch=listed.epoch,
        unusable=unusable,
    )


def operators_of(held: Held, owner: Owner) -> Mapping[UUID, str]:
    """Who may work at the till, by name; the county looks at the times."""
    word = read_word(held.word, county=owner.county, device=owner.device)
    return {UUID(row["staff_id"]): row["name"] for row in word.collections.get("operators", {}).values()}


def journal_key_of(held: Held, owner: Owner) -> bytes | None:
    """To which key of the county a journal's file is sealed: a compressed point; ``None`` where it told of none."""
    word = read_word(held.word, county=owner.county, device=owner.device)
    own = word.collections.get("county", {}).get("own")
    return None if own is None else bytes.fromhex(own["journal_key"])


def _papers_of(word: Word, trust: TrustList, owner: Owner) -> tuple[Limits, Allowance, tuple[int, ...]]:
    """Limits, allowance, and which domains; with a paper missing nothing is dealt."""
    who: dict[str, Any] = {"trust": trust, "county": owner.county, "device": owner.device}
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=word.server_time)
    certificate = word.certificate and papers.check_certificate(word.certificate, at=at, **who)
    policy = word.policy and papers.check_policy(word.policy, trust=trust, county=owner.county)
    dealt = word.allowance and papers.check_allowance(word.allowance, **who)
    if certificate and certificate.key != owner.key:
        raise NotOurForm("certificate-wrong-device")
    if not certificate or not policy or not dealt or certificate.merchant is None:
        return Limits(number=policy.number if policy else 0), NOTHING_DEALT, ()
    # A till counts as its merchant's, wherever it stands.
    episode = policy.station if certificate.kind == papers.STATION else policy.merchant
    limits = Limits(
        number=policy.number,
        scan_fen=policy.scan_fen,
        challenge_fen=policy.challenge_fen,
        holder_day_fen=policy.holder_day_fen,
        skew=policy.skew_s,
        soft_bp=policy.soft_bp,
        probe_bp=policy.probe_bp,
        soft=episode.soft_s,
        hard=episode.hard_s,
        cap_fen=episode.cap_fen,
        claims=episode.claims,
    )
    return limits, Allowance(dealt.after, dealt.dealt_at, dict(dealt.caps), dealt.episode), certificate.domains


def _terms_of(rows: Rows, domains: tuple[int, ...]) -> dict[tuple[int, int, int], Facts]:
    """What is taken without a network; no domain named means all of them."""
    return {
        (row["campaign"], row["terms_version"], row["domain"]): {**row["terms"], "paused": row["paused"]}
        for row in rows.values()
        if row["offline"] and (not domains or row["domain"] in domains)
    }


class BriefingFile:
    """Where a till keeps what it was given."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Held | None:
        """What was kept; ``None`` where nothing was, or where the file is damaged: it comes again."""
        try:
            root, word, listed = read_cbor(self._path.read_bytes())
        except (FileNotFoundError, TypeError, ValueError):
            return None
        return Held(root, word, listed)

    def save(self, held: Held) -> None:
        """Replace it; after a power cut the file is the one before or this one."""
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(cbor2.dumps([held.root, held.word, held.listed], canonical=True))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
