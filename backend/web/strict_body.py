"""How is a body read? As the type that its route states, and nothing is bent to fit.

Litestar decodes JSON without a type and then converts leniently: ``"100"``, ``100.0`` and, for a flag, ``"true"`` would
pass as numbers and flags. Money is an integer here; whatever is written otherwise is told to be wrong.
"""

from typing import Any

import msgspec
from litestar import Request

from backend.kernel.refusals import GeneralReason
from backend.web.problems import ProblemError, body_error


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded once, straight into its route's type."""

    async def json(self) -> Any:
        """The body; raises a 400 that names the field, or says that it is no JSON."""
        field = getattr(self.route_handler, "parsed_data_field", None)
        if field is None:
            return await super().json()
        try:
            return msgspec.json.decode(await self.body(), type=field.annotation)
        except UnicodeDecodeError as error:
            raise ProblemError(GeneralReason.MALFORMED, detail="JSON: 不是 UTF-8 文字 / not UTF-8 text") from error
        except msgspec.DecodeError as error:
            raise body_error(error) from error
