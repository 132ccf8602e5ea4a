"""Through which doors do claims and redemptions go? Bound in app.py to the desks that store many at once."""

from collections.abc import Awaitable, Callable

from backend.database.county import County
from backend.vouchers.claim_rules import Claim, ClaimOutcome
from backend.vouchers.redeem_rules import Redeem, RedeemOutcome

SubmitClaim = Callable[[County, Claim], Awaitable[ClaimOutcome]]
SubmitRedeem = Callable[[County, Redeem], Awaitable[RedeemOutcome]]
