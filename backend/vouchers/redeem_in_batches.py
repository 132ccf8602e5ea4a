"""The batched twin of ``redeem``: what arrives while one batch is being stored is decided and stored together."""

from collections.abc import Awaitable, Sequence

from backend.database.county import County
from backend.database.group_commit import GroupCommitter, each_alone
from backend.database.transaction import DatabaseGone, transact
from backend.vouchers.redeem import redeem_many
from backend.vouchers.redeem_rules import Redeem, RedeemOutcome

MOST_IN_BATCH = 128


class RedeemDesk:
    """All redemptions of one county in one process."""

    def __init__(self, county: County) -> None:
        self.county = county
        self._committer: GroupCommitter[Redeem, RedeemOutcome] = GroupCommitter(self._write, most=MOST_IN_BATCH)

    def submit(self, command: Redeem) -> Awaitable[RedeemOutcome]:
        """Decide and store one redemption; resolved after the commit."""
        return self._committer.submit(command)

    async def close(self) -> None:
        """Store what was handed in."""
        await self._committer.close()

    async def _write(self, commands: Sequence[Redeem]) -> Sequence[RedeemOutcome | Exception]:
        try:
            return await transact(self.county, redeem_many, commands, here=True)
        except DatabaseGone:
            raise
        except Exception:
            if len(commands) == 1:
                raise
            return await each_alone(self._write, commands)
