"""What was this process told about its surroundings?

One frozen record read from ``YIZHAN_*`` variables. A wrong value stops the start with a text that names the variable
and the mend; nothing else in the program reads the environment.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct


class WrongSetting(Exception):
    """A variable holds something we cannot work with; the text says which and how to mend it."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything the process needs from outside; command-line flags win over variables."""

    data: Path
    """Folder of SQLite files, media and keys (YIZHAN_DATA)."""
    database_url: str | None = None
    """postgresql://… for production, empty for SQLite in ``data`` (YIZHAN_DATABASE)."""
    redis_url: str | None = None
    """redis://… for shared courtesy limits and sold-out flags; optional (YIZHAN_REDIS)."""
    pwa: Path | None = None
    """Folder of the built PWA; the default is ``pwa/dist`` beside ``backend`` (YIZHAN_PWA)."""
    public_url: str | None = None
    """Address people open, when it differs from the host they send (YIZHAN_PUBLIC_URL)."""
    trusted_proxies: int = 0
    """How many reverse proxies of ours append to X-Forwarded-For (YIZHAN_TRUSTED_PROXIES)."""
    sms_adapter: str = "demonstration"
    """demonstration | log_only; a real sender is refused in a demonstration county (YIZHAN_SMS_ADAPTER)."""


SMS_ADAPTERS = ("demonstration",)


def read_settings(
    environ: Mapping[str, str],
    *,
    data: str | None = None,
    database_url: str | None = None,
    redis_url: str | None = None,
) -> Settings:
    """Read the settings or raise ``WrongSetting``; an unknown ``YIZHAN_*`` name is a mistake worth stopping for."""
    known = {"DATA", "DATABASE", "REDIS", "PWA", "PUBLIC_URL", "TRUSTED_PROXIES", "SMS_ADAPTER"}
    for name in environ:
        if name.startswith("YIZHAN_") and name.removeprefix("YIZHAN_") not in known:
            raise WrongSetting(f"{name}: unknown setting; known are {', '.join('YIZHAN_' + k for k in sorted(known))}")
    proxies = environ.get("YIZHAN_TRUSTED_PROXIES", "0")
    if not proxies.isdecimal():
        raise WrongSetting(f"YIZHAN_TRUSTED_PROXIES={proxies!r}: give a whole number of proxies, 0 for none")
    sms = environ.get("YIZHAN_SMS_ADAPTER", "demonstration")
    if sms not in SMS_ADAPTERS:
        raise WrongSetting(f"YIZHAN_SMS_ADAPTER={sms!r}: known adapters are {', '.join(SMS_ADAPTERS)}")
    pwa = environ.get("YIZHAN_PWA")
    return Settings(
        data=Path(data or environ.get("YIZHAN_DATA") or "var"),
        database_url=_url(environ, "YIZHAN_DATABASE", database_url, ("postgresql", "postgres")),
        redis_url=_url(environ, "YIZHAN_REDIS", redis_url, ("redis", "rediss", "unix")),
        pwa=Path(pwa) if pwa else None,
        public_url=_url(environ, "YIZHAN_PUBLIC_URL", None, ("http", "https")),
        trusted_proxies=int(proxies),
        sms_adapter=sms,
    )


def _url(environ: Mapping[str, str], name: str, flag: str | None, schemes: tuple[str, ...]) -> str | None:
    value = flag or environ.get(name) or None
    if value is not None and urlsplit(value).scheme not in schemes:
        raise WrongSetting(f"{name}={value!r}: the address must start with {schemes[0]}://")
    return value
