"""Files to banks and from them: a run's payout files, the bank's answers, the acquirers' statements."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.settlement.answers import handed_out, office_actor
from backend.settlement.bank_replies import RESULT_TEMPLATES, read_answers
from backend.settlement.bank_schemas import (
    AcquirerReport,
    BankReport,
    ImportRequest,
    RunWithBatches,
    TemplatesAnswer,
    acquirer_report,
    bank_report,
    file_faults,
    nothing_recorded,
    template_answer,
)
from backend.settlement.find import FindBatches, FindRuns, find_batches, find_runs
from backend.settlement.import_acquirer import ImportAcquirer, import_acquirer
from backend.settlement.papers.acquirer_statements import read_acquirer_statement
from backend.settlement.papers.faults import Faulty
from backend.settlement.papers.shipped_templates import shipped_templates
from backend.settlement.papers.templates import AcquirerTemplate
from backend.settlement.payout_paper import ZIP, FetchPayoutFiles, fetch_payout_files, handed_over
from backend.settlement.payouts import RecordAnswers, record_answers
from backend.settlement.rules import SettlementReason
from backend.settlement.schemas import batch_answer, run_answer
from backend.web.callers import county_of
from backend.web.paging import MOST_ROWS, seal_cursor
from backend.web.problems import ProblemError, documented, refused, same_again

OFFICE = frozenset({Role.OFFICE})
DESK = OFFICE | {Role.REVIEWER, Role.APPROVER}
BANK_ANSWERS = "/api/v1/office/bank-answers"
ACQUIRER_STATEMENTS = "/api/v1/office/acquirer-statements"
ACQUIRER_TEMPLATES = {key: one for key, one in shipped_templates().items() if isinstance(one, AcquirerTemplate)}
FILE_TYPES = ("text/csv", "text/plain", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP)


@get("/api/v1/office/bank-templates", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Forms of bank files")
async def list_templates(request: Request[Any, Any, Any]) -> TemplatesAnswer:
    """What can be named where a run is prepared or a file is taken in."""
    del request
    return TemplatesAnswer(items=[template_answer(one) for one in shipped_templates().values()])


@get(
    "/api/v1/office/payout-runs/{run_id:uuid}",
    opt={"callers": OFFICE_ROLES},
    tags=["settlement"],
    summary="A payout run",
    responses=documented(SettlementReason.NO_SUCH_RUN),
)
async def get_run(request: Request[Any, Any, Any], run_id: FromPath[UUID]) -> RunWithBatches:
    """With its batches, by number."""
    county = county_of(request)
    runs = await inquire(county, find_runs, FindRuns(run_id=run_id))
    if not runs:
        raise ProblemError(SettlementReason.NO_SUCH_RUN)
    found, names = await inquire(county, find_batches, FindBatches(run_id=run_id, most=MOST_ROWS + 1))
    more = None
    if len(found) > MOST_ROWS:
        more = seal_cursor(county, "payout-batches", str(found[MOST_ROWS - 1].number))
    batches = [batch_answer(batch, names) for batch in found[:MOST_ROWS]]
    return RunWithBatches(run=run_answer(runs[0]), batches=batches, next_cursor=more)


@get(
    "/api/v1/office/payout-runs/{run_id:uuid}/files",
    opt={"callers": DESK, "also": FILE_TYPES},
    tags=["settlement"],
    summary="A run's files for the bank",
    responses=documented(SettlementReason.NO_SUCH_RUN, SettlementReason.WRONG_STATE, SettlementReason.FILE_FAULTY),
)
async def get_payout_files(request: Request[Any, Any, Any], run_id: FromPath[UUID]) -> Response[Any]:
    """Of a run that was sent: one file, or all of them in a zip. Account numbers are in clear, so the trail tells who
    took it."""
    command = FetchPayoutFiles(run_id=run_id, actor=office_actor(request, None, DESK))
    paper = await transact(county_of(request), fetch_payout_files, command)
    if isinstance(paper, Refused):
        return refused(paper)
    file = await asyncio.to_thread(handed_over, paper)
    if isinstance(file, Refused):
        return refused(file)
    return handed_out(file.content, file.media_type, file.name)


@post(
    BANK_ANSWERS,
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Take in the bank's answers",
    responses=documented(SettlementReason.NO_SUCH_TEMPLATE, GeneralReason.ID_REUSED) | same_again(BankReport),
)
async def post_bank_answers(request: Request[Any, Any, Any], data: JSONBody[ImportRequest]) -> Response[BankReport]:
    """Each payment is accepted or rejected once. A file with a fault in its form moves nothing and is told with row,
    column and mend (200)."""
    template = RESULT_TEMPLATES.get(data.template)
    if template is None:
        raise ProblemError(SettlementReason.NO_SUCH_TEMPLATE, "、".join(RESULT_TEMPLATES))
    read = await asyncio.to_thread(read_answers, template, data.file)
    if isinstance(read, Faulty):
        return Response(nothing_recorded(data.import_id, list(read.faults)), status_code=200)
    command = RecordAnswers(
        import_id=data.import_id,
        file_sha256=hashlib.sha256(data.file).hexdigest(),
        answers=read.answers,
        actor=office_actor(request, data.import_id, OFFICE),
    )
    outcome = await transact(county_of(request), record_answers, command)
    if isinstance(outcome, IdReused):
        return refused(outcome)
    return Response(bank_report(read, outcome), status_code=200 if outcome.again else 201)


@post(
    ACQUIRER_STATEMENTS,
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Take in an acquirer's statement",
    responses=documented(SettlementReason.NO_SUCH_TEMPLATE, SettlementReason.ALREADY_IMPORTED, GeneralReason.ID_REUSED)
    | same_again(AcquirerReport),
)
async def post_acquirer_statement(
    request: Request[Any, Any, Any], data: JSONBody[ImportRequest]
) -> Response[AcquirerReport]:
    """Payments that redemptions name are compared with them; held payouts whose proof is borne out are free. A file
    with a fault in its form changes nothing and is told with row, column and mend (200)."""
    template = ACQUIRER_TEMPLATES.get(data.template)
    if template is None:
        raise ProblemError(SettlementReason.NO_SUCH_TEMPLATE, "、".join(ACQUIRER_TEMPLATES))
    rows = await asyncio.to_thread(read_acquirer_statement, template, data.file)
    if isinstance(rows, Faulty):
        nothing = AcquirerReport(import_id=data.import_id, recorded=False, faults=file_faults(list(rows.faults)))
        return Response(nothing, status_code=200)
    command = ImportAcquirer(
        import_id=data.import_id,
        template=template.key,
        file_sha256=hashlib.sha256(data.file).hexdigest(),
        rows=rows,
        actor=office_actor(request, data.import_id, OFFICE),
    )
    outcome = await transact(county_of(request), import_acquirer, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(acquirer_report(outcome), status_code=200 if outcome.again else 201)


BANK_ROUTES: list[BaseRouteHandler] = [
    list_templates,
    get_run,
    get_payout_files,
    post_bank_answers,
    post_acquirer_statement,
]
