"""The hot twins of claiming, redeeming and the public lists; see ``web/hot_lane.py`` and the ordinary routes."""

from collections.abc import Callable, Iterable, Mapping
from typing import cast
from uuid import UUID

import msgspec
from litestar.types import HTTPScope, Receive, Send

from backend.database.county import County
from backend.database.transaction import DatabaseGone
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.counter_routes import counter_command
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import ClaimantFacts, ClaimReason
from backend.vouchers.schemas import RedemptionRequest, claim_answer, redemption_answer
from backend.web.callers import Caller, FindCaller, bearer_key, cookie_token
from backend.web.fresh import kept_answer
from backend.web.hot_lane import prepared_refusal, read_body, replayed, send_json, send_prepared
from backend.web.limits import COUNTERS, PEOPLE, Limits
from backend.web.problems import ProblemError

KnownCaller = Callable[[County, str], Caller | None]

REDEMPTIONS = "/api/v1/redemptions"
FEEDS = ("/api/v1/campaigns", "/api/v1/rounds")
MOST_REDEMPTION_BYTES = 65_536

TAKERS = frozenset({Role.MERCHANT, Role.POS})
CLAIMS_PREFIX = "/api/v1/rounds/"
CLAIMS_SUFFIX = "/claims"
MOST_CLAIM_BYTES = 4_096
MOST_REMEMBERED = 100_000


class OwnClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A resident's own claim: anything else goes to the ordinary route."""

    claim_id: UUID


class HotClaims:
    """``POST /api/v1/rounds/{round_id}/claims`` for residents."""

    def __init__(self, desks: Mapping[County, ClaimDesk], known: KnownCaller, find: FindCaller, limits: Limits) -> None:
        self._desks = desks
        self._known = known
        self._find = find
        self._limits = limits
        self._decoder = msgspec.json.Decoder(OwnClaim)
        self._encoder = msgspec.json.Encoder()
        self._rounds: dict[str, UUID] = {}
        self._people: dict[UUID, tuple[Caller, ClaimantFacts, tuple[bytes, ...]]] = {}
        self._refusals = {reason: prepared_refusal(reason) for reason in ClaimReason}
        self._reused = prepared_refusal(GeneralReason.ID_REUSED)
        self._gone = prepared_refusal(GeneralReason.DATABASE_GONE)
        self._too_many = prepared_refusal(GeneralReason.TOO_MANY)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> Receive | None:
        """Answer, or hand over."""
        county = cast(County, scope["state"]["county"])
        round_id = self._round(scope["path"])
        token = cookie_token(scope["headers"])
        if token is None or round_id is None:
            return receive
        caller = self._known(county, token)
        if caller is None:
            try:
                caller = await self._find(county, token, None)
            except DatabaseGone:
                await send_prepared(send, self._gone)
                return None
        if caller is None or caller.claimant is None:
            return receive
        desk = self._desks[county]
        body = await read_body(receive, MOST_CLAIM_BYTES)
        if body is None:
            return None
        try:
            claim_id = self._decoder.decode(body).claim_id
        except (msgspec.DecodeError, UnicodeDecodeError):
            return replayed(body, receive)
        early = desk.from_memory(round_id, caller.id)
        if early is not None:
            await send_prepared(send, self._refusals[early.reason])
            return None
        # Counted in this process only: a question to Redis would cost more than the claim.
        if self._limits.here(PEOPLE, caller.id):
            await send_prepared(send, self._too_many)
            return None
        command = self._command(caller, round_id, claim_id, scope["state"].get("address"))
        try:
            outcome = await desk.decided(command)
        except DatabaseGone:
            await send_prepared(send, self._gone)
            return None
        if isinstance(outcome, Claimed):
            await send_json(send, 200 if outcome.again else 201, self._encoder.encode(claim_answer(outcome)))
        elif isinstance(outcome, Refused):
            await send_prepared(send, self._refusals[outcome.reason])
        elif isinstance(outcome, IdReused):
            await send_prepared(send, self._reused)
        return None

    def _round(self, path: str) -> UUID | None:
        text = path[len(CLAIMS_PREFIX) : -len(CLAIMS_SUFFIX)]
        known = self._rounds.get(text)
        if known is None:
            try:
                known = UUID(text)
            except ValueError:
                return None
            if str(known) != text or len(self._rounds) >= MOST_REMEMBERED:
                return None
            self._rounds[text] = known
        return known

    def _command(self, caller: Caller, round_id: UUID, claim_id: UUID, address: str | None) -> Claim:
        known = self._people.get(caller.id)
        if known is None or known[0] is not caller:
            claimant = caller.claimant
            assert claimant is not None, "only residents come this way"
            if len(self._people) >= MOST_REMEMBERED:
                self._people.clear()
            known = self._people[caller.id] = (
                caller,
                ClaimantFacts(groups=claimant.groups, proof_level=claimant.proof_level, frozen=claimant.frozen),
                tuple(key for _, key in claimant.keys),
            )
        return Claim(
            claim_id=claim_id,
            round_id=round_id,
            resident_id=caller.id,
            facts=known[1],
            people=known[2],
            actor=Actor(
                kind=ActorKind.RESIDENT, id=caller.id, role=Role.RESIDENT, request_id=claim_id, address=address
            ),
        )


class HotRedemptions:
    """``POST /api/v1/redemptions`` for a merchant's counter or till whose session or key is known."""

    def __init__(
        self, desks: Mapping[County, RedeemDesk], known: KnownCaller, known_key: KnownCaller, limits: Limits
    ) -> None:
        self._desks = desks
        self._limits = limits
        self._too_many = prepared_refusal(GeneralReason.TOO_MANY)
        self._known = known
        self._known_key = known_key
        self._decoder = msgspec.json.Decoder(RedemptionRequest)
        self._encoder = msgspec.json.Encoder()
        self._reused = prepared_refusal(GeneralReason.ID_REUSED)
        self._gone = prepared_refusal(GeneralReason.DATABASE_GONE)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> Receive | None:
        """Answer, or hand over."""
        county = cast(County, scope["state"]["county"])
        caller = self._caller(county, scope["headers"])
        if caller is None or caller.merchant_id is None or not caller.may(TAKERS):
            return receive
        body = await read_body(receive, MOST_REDEMPTION_BYTES)
        if body is None:
            return None
        try:
            command = counter_command(county, caller, self._decoder.decode(body), scope["state"].get("address"))
        except (msgspec.DecodeError, UnicodeDecodeError, ProblemError):
            return replayed(body, receive)  # The ordinary route says what is wrong, and how to mend it.
        # Counted in this process only, as hot claims are, and only once: what was handed over is counted there.
        if self._limits.here(COUNTERS, caller.id):
            await send_prepared(send, self._too_many)
            return None
        try:
            outcome = await self._desks[county].submit(command)
        except DatabaseGone:
            await send_prepared(send, self._gone)
            return None
        if isinstance(outcome, Redeemed):
            answer = self._encoder.encode(redemption_answer(outcome))
            await send_json(send, 200 if outcome.again else 201, answer)
        elif isinstance(outcome, Refused):
            await send_prepared(send, prepared_refusal(outcome.reason))
        elif isinstance(outcome, IdReused):
            await send_prepared(send, self._reused)
        return None

    def _caller(self, county: County, headers: Iterable[tuple[bytes, bytes]]) -> Caller | None:
        key = bearer_key(headers)
        if key is not None:
            return self._known_key(county, key)
        token = cookie_token(headers)
        return self._known(county, token) if token is not None else None


class HotFeeds:
    """Public lists that were asked less than a second ago: the same bytes, or a 304."""

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> Receive | None:
        """Answer, or hand over."""
        county = cast(County, scope["state"]["county"])
        kept = kept_answer(county, f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        if kept is None:
            return receive
        await send_prepared(send, kept.given_to(scope["headers"]))
        return None
