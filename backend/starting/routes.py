"""Imports at the desks that may make them: try a file, carry the report out, download the sheet to fill.

Every kind has routes of its own, so that each states whose desk it is.
"""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sheets.read import read_sheet
from backend.sheets.template import XLSX, template
from backend.starting.apply_import import ApplyImport, apply_import
from backend.starting.importers import IMPORTERS
from backend.starting.importing import Importer
from backend.starting.rules import ImportReason, file_hash
from backend.starting.schemas import AppliedAnswer, ApplyBody, ReportAnswer, TryBody, applied_answer, report_answer
from backend.starting.try_import import TryImport, try_import
from backend.web.callers import address_of, caller_of, county_of
from backend.web.limits import UPLOADS
from backend.web.problems import documented, refused, same_again

IMPORTS = "/api/v1/office/imports/"
NEVER_KEPT = {"cache-control": "no-store"}


def _trying(importer: Importer) -> BaseRouteHandler:
    @post(
        f"{IMPORTS}{importer.kind.value}",
        name=f"try-{importer.kind.value}",
        operation_id=f"Try{importer.kind.value.title()}Import",
        opt={"callers": frozenset({importer.role}), "limit": UPLOADS},
        tags=["imports"],
        summary=f"Try a file: {importer.kind.en.lower()}",
        responses=documented(GeneralReason.ID_REUSED, ImportReason.COUNTY_CHANGED, ImportReason.IMPORT_APPLIED)
        | same_again(ReportAnswer),
    )
    async def post_try(request: Request[Any, Any, Any], data: JSONBody[TryBody]) -> Response[ReportAnswer]:
        """What the file would do to the county as it is now, with every fault; nothing is changed."""
        command = TryImport(
            actor=_actor(request, importer, data.import_id),
            import_id=data.import_id,
            importer=importer,
            file_sha256=file_hash(data.file),
            read=await asyncio.to_thread(read_sheet, data.file, importer.columns, most_rows=importer.most_rows),
        )
        outcome = await try_import(county_of(request), command)
        if isinstance(outcome, Refused | IdReused):
            return refused(outcome)
        return Response(report_answer(outcome), status_code=200 if outcome.again else 201, headers=NEVER_KEPT)

    return post_try


def _applying(importer: Importer) -> BaseRouteHandler:
    @post(
        f"{IMPORTS}{importer.kind.value}/{{import_id:uuid}}/application",
        name=f"apply-{importer.kind.value}",
        operation_id=f"Apply{importer.kind.value.title()}Import",
        opt={"callers": frozenset({importer.role}), "limit": UPLOADS},
        tags=["imports"],
        summary=f"Carry a report out: {importer.kind.en.lower()}",
        responses=documented(GeneralReason.ID_REUSED, ImportReason) | same_again(AppliedAnswer),
    )
    async def post_application(
        request: Request[Any, Any, Any], import_id: FromPath[UUID], data: JSONBody[ApplyBody]
    ) -> Response[AppliedAnswer]:
        """Exactly what the report of this file said, once, all of it or nothing; invitations are shown this once."""
        command = ApplyImport(
            actor=_actor(request, importer, data.application_id),
            application_id=data.application_id,
            import_id=import_id,
            importer=importer,
            file_sha256=file_hash(data.file),
            read=await asyncio.to_thread(read_sheet, data.file, importer.columns, most_rows=importer.most_rows),
        )
        outcome = await apply_import(county_of(request), command)
        if isinstance(outcome, Refused | IdReused):
            return refused(outcome)
        return Response(applied_answer(outcome), status_code=200 if outcome.again else 201, headers=NEVER_KEPT)

    return post_application


def _template(importer: Importer) -> BaseRouteHandler:
    @get(
        f"{IMPORTS}{importer.kind.value}/template",
        name=f"template-{importer.kind.value}",
        operation_id=f"Get{importer.kind.value.title()}Template",
        opt={"callers": frozenset({importer.role})},
        tags=["imports"],
        summary=f"The sheet to fill: {importer.kind.en.lower()}",
        media_type=XLSX,
        sync_to_thread=True,
    )
    def get_template(request: Request[Any, Any, Any]) -> Response[bytes]:
        """An XLSX with the columns, the words to choose from and what each column means."""
        del request
        named = f"attachment; filename={importer.kind.value}.xlsx"
        return Response(
            template(importer.kind.zh, importer.columns), media_type=XLSX, headers={"content-disposition": named}
        )

    return get_template


def _actor(request: Request[Any, Any, Any], importer: Importer, request_id: UUID) -> Any:
    return caller_of(request).actor(role=importer.role, request_id=request_id, address=address_of(request))


IMPORT_ROUTES: list[BaseRouteHandler] = [
    make(importer) for importer in IMPORTERS.values() for make in (_trying, _applying, _template)
]
