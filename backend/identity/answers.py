"""How does an answer carry a session? In one cookie that no script can read and no other site can set."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from backend.identity.enter import Arrival, Opened
from backend.identity.rules import Later
from backend.web.callers import COOKIE, address_of, cookie_token
from backend.web.problems import problem_response

MOST_AGENT_CHARACTERS = 400


def session_cookie(opened: Opened, *, now_seconds: int) -> Cookie:
    """The cookie of a fresh session, gone from the browser when the session has run out for good."""
    return _cookie(opened.token, max(0, int(opened.expires_at.timestamp()) - now_seconds))


def forgotten_cookie() -> Cookie:
    """The cookie that removes the one before."""
    return _cookie("", 0)


def arrival_of(request: Request[Any, Any, Any], device: str | None = None) -> Arrival:
    """From where this request comes."""
    return Arrival(
        address=address_of(request),
        user_agent=request.headers.get("user-agent", "")[:MOST_AGENT_CHARACTERS],
        device=device,
        previous_token=cookie_token(request.scope["headers"]),
    )


def later_response(later: Later) -> Response[Any]:
    """A no for now that says when to come again."""
    detail = f"请 {later.seconds} 秒后再试 / try again in {later.seconds} seconds"
    return problem_response(later.reason, detail, retry_after=str(later.seconds))


def _cookie(value: str, max_age: int) -> Cookie:
    # ``__Host-`` binds it to this host and to HTTPS; Lax keeps links from other apps signed in, writes are checked.
    return Cookie(key=COOKIE, value=value, path="/", max_age=max_age, secure=True, httponly=True, samesite="lax")
