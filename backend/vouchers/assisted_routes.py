"""What a station does with the vouchers of somebody without a phone: look which there are, have a code made."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from backend.database.transaction import transact
from backend.kernel.actors import Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import ProofKind, StationReason
from backend.vouchers.assist import AssistReason
from backend.vouchers.assisted_code import AssistedShortCode, AssistedWallet, assisted_short_code, assisted_wallet
from backend.vouchers.find_by_document import FindByDocument, find_by_document
from backend.vouchers.papers import Papers, PapersReason
from backend.vouchers.schemas import (
    VoucherAnswer,
    voucher_answer,
)
from backend.vouchers.short_code import ShortCodeReason
from backend.vouchers.short_code_schemas import ShortCodeAnswer, short_code_answer
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Page
from backend.web.problems import documented, refusal, refused
from backend.web.texts import DocumentNumber

OPERATOR = frozenset({Role.OPERATOR})


class AssistedWalletRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose wallet, and what was seen of them: a document with its number, or a code sent to their phone."""

    resident_id: UUID
    shift_id: UUID
    proof: ProofKind
    proof_number: DocumentNumber | UnsetType = UNSET
    """Of a document; a phone's code has none."""


class AssistedCodeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The voucher, whose it is, and what was seen of them; `code_id` names the service."""

    code_id: UUID
    resident_id: UUID
    voucher_id: UUID
    shift_id: UUID
    proof: ProofKind
    proof_number: DocumentNumber | UnsetType = UNSET
    """Of a document; a phone's code has none."""


class FindPersonRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document that the operator sees, with its number."""

    shift_id: UUID
    proof: ProofKind
    proof_number: DocumentNumber


class PersonFoundAnswer(Struct, frozen=True, kw_only=True):
    """Whose document it is, by id alone."""

    resident_id: UUID


@post(
    "/api/v1/assisted/residents/find",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Whose document is this?",
    status_code=200,
    responses=documented(
        StationReason,
        AssistReason,
        PapersReason.NUMBER_WRONG,
        PapersReason.TRIES_SPENT,
        PapersReason.PAPERS_NEEDED,
    ),
)
async def post_find_person(
    request: Request[Any, Any, Any], data: JSONBody[FindPersonRequest]
) -> Response[PersonFoundAnswer]:
    """By its number, typed or from a reader. Numbers of nobody are counted; each look is on record."""
    command = FindByDocument(
        shift_id=data.shift_id,
        papers=Papers(proof=data.proof, number=data.proof_number),
        actor=_actor(request, data, None),
    )
    found = await transact(county_of(request), find_by_document, command)
    if isinstance(found, Refused):
        return refused(found, {PapersReason.NUMBER_WRONG: "/proof_number"})
    return Response(PersonFoundAnswer(resident_id=found.resident_id))


@post(
    "/api/v1/assisted/vouchers",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Which vouchers the person at the counter can use",
    status_code=200,
    responses=documented(StationReason, AssistReason, PapersReason, *PROOF_NOES),
)
async def post_assisted_vouchers(
    request: Request[Any, Any, Any], data: JSONBody[AssistedWalletRequest]
) -> Response[Page[VoucherAnswer]]:
    """At most 100, the newest first; the look is on record."""
    command = AssistedWallet(
        resident_id=data.resident_id,
        shift_id=data.shift_id,
        papers=_papers(data),
        actor=_actor(request, data, None),
    )
    found = await transact(county_of(request), assisted_wallet, command)
    if isinstance(found, Refused):
        return refusal(found)
    return Response(Page(items=[voucher_answer(voucher) for voucher in found], next_cursor=None))


@post(
    "/api/v1/assisted/short-codes",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="A code for somebody without a phone",
    status_code=200,
    responses=documented(
        StationReason, AssistReason, PapersReason, *PROOF_NOES, ShortCodeReason, GeneralReason.ID_REUSED
    ),
)
async def post_assisted_short_code(
    request: Request[Any, Any, Any], data: JSONBody[AssistedCodeRequest]
) -> Response[ShortCodeAnswer]:
    """Eight digits, one use, ten minutes; an earlier code of the voucher stops working."""
    command = AssistedShortCode(
        code_id=data.code_id,
        resident_id=data.resident_id,
        voucher_id=data.voucher_id,
        shift_id=data.shift_id,
        papers=_papers(data),
        actor=_actor(request, data, data.code_id),
    )
    made = await transact(county_of(request), assisted_short_code, command)
    return refusal(made) if isinstance(made, Refused) else Response(short_code_answer(made))


def _papers(data: AssistedWalletRequest | AssistedCodeRequest) -> Papers:
    return Papers(proof=data.proof, number=data.proof_number if isinstance(data.proof_number, str) else None)


def _actor(
    request: Request[Any, Any, Any],
    data: AssistedWalletRequest | AssistedCodeRequest | FindPersonRequest,
    act_id: UUID | None,
) -> Actor:
    return caller_of(request).actor(
        role=Role.OPERATOR,
        request_id=act_id,
        shift_id=data.shift_id,
        proof=data.proof.value,
        address=address_of(request),
    )


ASSISTED_ROUTES: list[BaseRouteHandler] = [post_find_person, post_assisted_vouchers, post_assisted_short_code]
