"""Through which door do claims go? Bound in app.py: the batched twin in a server, the plain verb elsewhere."""

from collections.abc import Awaitable, Callable

from backend.database.county import County
from backend.vouchers.claim_rules import Claim, ClaimOutcome

SubmitClaim = Callable[[County, Claim], Awaitable[ClaimOutcome]]
