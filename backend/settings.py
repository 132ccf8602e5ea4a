"""What was this process told about its surroundings?

One frozen record read from ``YIZHAN_*`` variables. A wrong value stops the start with a text that names the variable
and the mend; nothing else in the program reads the environment.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct


class WrongSetting(Exception):
    """A variable holds something we cannot work with; both texts name it and the mend, and never show a secret."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"{name}: {en}")
        self.zh = f"{name}：{zh}"
        self.en = f"{name}: {en}"


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
    sms_adapter: str | None = None
    """``demonstration``, the visible SMS box, or ``gateway``, the county's own (YIZHAN_SMS_ADAPTER)."""
    sms_gateway: str | None = None
    """https://… that takes SMS as JSON, for the adapter ``gateway`` (YIZHAN_SMS_GATEWAY)."""
    sms_key: str | None = None
    """The bearer key that the gateway expects (YIZHAN_SMS_KEY)."""


DEMONSTRATION_BOX, GATEWAY = "demonstration", "gateway"
SMS_ADAPTERS = (DEMONSTRATION_BOX, GATEWAY)
KNOWN = frozenset(
    {"DATA", "DATABASE", "REDIS", "PWA", "PUBLIC_URL", "TRUSTED_PROXIES", "BACKUP_KEY"}
    | {"SMS_ADAPTER", "SMS_GATEWAY", "SMS_KEY"}
)
"""What may follow ``YIZHAN_``; the backup's key is read by the commands that need it and kept by none."""
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def read_settings(
    environ: Mapping[str, str],
    *,
    data: str | None = None,
    database_url: str | None = None,
    redis_url: str | None = None,
) -> Settings:
    """Read the settings or raise ``WrongSetting``; an unknown ``YIZHAN_*`` name is a mistake worth stopping for."""
    for name in environ:
        if name.startswith("YIZHAN_") and name.removeprefix("YIZHAN_") not in KNOWN:
            known = ", ".join(f"YIZHAN_{one}" for one in sorted(KNOWN))
            raise WrongSetting(name, f"没有这个设置，请核对；有：{known}", f"unknown; check the name. Known: {known}")
    return Settings(
        data=_data(data or environ.get("YIZHAN_DATA") or "var"),
        database_url=_url(environ, "YIZHAN_DATABASE", database_url, ("postgresql", "postgres")),
        redis_url=_url(environ, "YIZHAN_REDIS", redis_url, ("redis", "rediss", "unix")),
        pwa=_pwa(environ.get("YIZHAN_PWA")),
        public_url=_url(environ, "YIZHAN_PUBLIC_URL", None, ("https", "http")),
        trusted_proxies=_proxies(environ.get("YIZHAN_TRUSTED_PROXIES", "0")),
        sms_adapter=(adapter := _sms_adapter(environ.get("YIZHAN_SMS_ADAPTER"))),
        sms_gateway=_sms_gateway(environ, adapter),
        sms_key=_sms_key(environ.get("YIZHAN_SMS_KEY"), adapter),
    )


def _data(value: str) -> Path:
    folder = Path(value)
    if folder.exists() and not folder.is_dir():
        raise WrongSetting("YIZHAN_DATA", f"{value} 不是文件夹，请另选", f"{value} is no folder; name another")
    return folder


def _pwa(value: str | None) -> Path | None:
    if not value:
        return None
    if not Path(value).is_dir():
        raise WrongSetting(
            "YIZHAN_PWA",
            f"没有文件夹 {value}，请先构建页面或去掉这个设置",
            f"there is no folder {value}; build the pages first, or leave this out",
        )
    return Path(value)


def _proxies(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and int(value) <= 10):
        raise WrongSetting(
            "YIZHAN_TRUSTED_PROXIES",
            f"{value!r} 不对，请写 0 到 10 的整数，没有反向代理写 0",
            f"{value!r} will not do; give a whole number from 0 to 10, 0 without a reverse proxy",
        )
    return int(value)


def _sms_adapter(value: str | None) -> str | None:
    if not value:
        return None
    if value not in SMS_ADAPTERS:
        known = ", ".join(SMS_ADAPTERS)
        raise WrongSetting(
            "YIZHAN_SMS_ADAPTER",
            f"没有 {value!r} 这种短信通道；有：{known}",
            f"there is no SMS adapter {value!r}; known: {known}",
        )
    return value


def _sms_gateway(environ: Mapping[str, str], adapter: str | None) -> str | None:
    address = _url(environ, "YIZHAN_SMS_GATEWAY", None, ("https", "http"))
    if (address is None) == (adapter == GATEWAY):
        raise WrongSetting(
            "YIZHAN_SMS_GATEWAY",
            "短信网关的地址（https://…）和 YIZHAN_SMS_ADAPTER=gateway 要一起设置",
            "the gateway's address (https://…) and YIZHAN_SMS_ADAPTER=gateway go together; set both or neither",
        )
    if address is not None and urlsplit(address).scheme == "http" and urlsplit(address).hostname not in _THIS_MACHINE:
        raise WrongSetting(
            "YIZHAN_SMS_GATEWAY",
            "手机号不能明文传送，请用 https:// 地址（只有本机可用 http://）",
            "phone numbers do not travel in the clear; give an https:// address (http:// is for this machine only)",
        )
    return address


def _sms_key(value: str | None, adapter: str | None) -> str | None:
    if adapter == GATEWAY and not (value and value.isascii() and value.isprintable() and len(value) >= 16):
        raise WrongSetting(
            "YIZHAN_SMS_KEY",
            "请设置短信网关的密钥，至少 16 个英文字符",
            "set the key that the SMS gateway expects, at least 16 ASCII characters",
        )
    return value if adapter == GATEWAY else None


def _url(environ: Mapping[str, str], name: str, flag: str | None, schemes: tuple[str, ...]) -> str | None:
    value = flag or environ.get(name) or None
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        fits = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits:
        # The address may hold a password, so it is not repeated here.
        raise WrongSetting(
            name,
            f"地址不对，应以 {schemes[0]}:// 开头，端口是数字",
            f"the address will not do; it must begin with {schemes[0]}:// and its port be a number",
        )
    return value
