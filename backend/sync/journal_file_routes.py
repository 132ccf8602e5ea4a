"""Where a journal that was carried here in a file is taken in, whoever brings it.

Nobody need be signed in: what counts is the device's signature under each event, and the file is sealed, so whoever
carries it learns nothing.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler

from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.journal_file_rules import JournalFileReason, open_journal_file
from backend.sync.journal_file_schemas import JournalFileAnswer
from backend.sync.journal_key import journal_key_of
from backend.sync.push_routes import CborBody, leave_room, turn_of
from backend.sync.push_rules import MOST_EVENTS, PushReason
from backend.sync.receipt_routes import post_receipt, post_receipt_decision
from backend.sync.take_journal_file import FromFile, TakeFromFile, signed_by, signer_of, take_from_file
from backend.web.callers import PUBLIC, county_of
from backend.web.limits import UPLOADS
from backend.web.problems import documented, refusal

JOURNAL_FILES = "/api/v1/sync/journal-files"
NOTHING = FromFile(taken=0, known=0, unreadable=0, ack_seq=0)


@dataclass
class _FileBody(CborBody):
    form = "`XO1`, fixtures/protocols/journal-file/SPEC.md"


@post(
    JOURNAL_FILES,
    opt={"callers": PUBLIC, "strangers": UPLOADS},
    tags=["sync"],
    summary="Bring a device's journal in a file",
    status_code=200,
    operation_class=_FileBody,
    responses=documented(JournalFileReason, PushReason.DEVICE_UNKNOWN),
)
async def post_journal_file(request: Request[Any, Any, Any]) -> Response[JournalFileAnswer]:
    """Each event is taken once, however often and whichever way it comes."""
    county = county_of(request)
    body = await request.body()
    # Ten thousand events take a while to unpack, and whoever stands at a counter meanwhile does not wait for it.
    file = await asyncio.to_thread(open_journal_file, body, county=county.code, key=journal_key_of(county))
    if isinstance(file, Refused):
        return refusal(file)
    signer = await inquire(county, signer_of, file.device)
    if isinstance(signer, Refused):
        return refusal(signer)
    all_of_it = NOTHING
    # In parts, each whole by itself: should the line break in between, the same file goes on where it was.
    for start in range(0, len(file.events), MOST_EVENTS):
        part = file.events[start : start + MOST_EVENTS]
        good = await asyncio.to_thread(signed_by, signer, part, county.code)
        if good:  # Whoever forged a file takes none of the room of the device that it names.
            await leave_room(request, file.device, sum(len(one.data) for one in good), at_work=signer.at_work)
        command = TakeFromFile(device_id=file.device, events=good, unreadable=len(part) - len(good))
        async with turn_of(county):
            outcome = await transact(county, take_from_file, command)
        if isinstance(outcome, Refused):
            return refusal(outcome)
        all_of_it = FromFile(
            taken=all_of_it.taken + outcome.taken,
            known=all_of_it.known + outcome.known,
            unreadable=all_of_it.unreadable + outcome.unreadable,
            ack_seq=outcome.ack_seq,
        )
    told = JournalFileAnswer(
        device_id=file.device,
        first=file.first,
        last=file.last,
        taken=all_of_it.taken,
        known=all_of_it.known,
        unreadable=all_of_it.unreadable,
        ack_seq=all_of_it.ack_seq,
    )
    return Response(told)


SYNC_JOURNAL_FILE_ROUTES: list[BaseRouteHandler] = [post_journal_file, post_receipt, post_receipt_decision]
"""The ways home beside a push: a journal in a file, and receipts in customers' pockets."""
