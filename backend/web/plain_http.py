"""Why can nobody use the county over plain HTTP from another machine, and what is shown instead?

Browsers give the camera, offline work and signed-in cookies only to a secure context: HTTPS, or the machine itself.
Without one the apps would fail one by one and nobody would know why, so one page says it, in both languages.
"""

import html
from collections.abc import Mapping

from litestar.types import HTTPScope

from backend.web.pages import Served, is_page

CERTIFICATE_PATH = "/ca.crt"

_WHY = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>请用安全连接打开 · Open it over HTTPS</title>
</head>
<body>
<h1>请用安全连接（https）打开</h1>
<p>浏览器只在安全连接下允许登录、扫码、定位和离线使用。您现在用的是普通连接（http），所以页面不能工作。</p>
{steps_zh}
<hr>
<div lang="en">
<h1>Please open it over a secure connection (https)</h1>
<p>Browsers allow signing in, scanning, location and offline use only over a secure connection. This is a plain one
(http), so the pages cannot work here.</p>
{steps_en}
</div>
</body>
</html>
"""

_LAN_ZH = """<ol>
<li>下载并信任本次演示的证书：<a href="{certificate}">ca.crt</a><br>
安卓、鸿蒙：设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书<br>
iPhone、iPad：打开文件，设置 → 已下载描述文件 → 安装；再到 通用 → 关于本机 → 证书信任设置 里打开<br>
Windows：双击 → 安装证书 → 受信任的根证书颁发机构；Mac：双击，在“钥匙串访问”里设为始终信任</li>
<li>然后打开：<a href="{https}">{https}</a></li>
</ol>
<p>证书只由这台电脑上的演示使用；用完请在同一处删除。</p>"""

_LAN_EN = """<ol>
<li>Download and trust this demonstration's certificate: <a href="{certificate}">ca.crt</a><br>
Android, HarmonyOS: Settings → Security → Encryption and credentials → Install a certificate → CA certificate<br>
iPhone, iPad: open the file, Settings → Profile downloaded → Install; then General → About → Certificate trust
settings<br>
Windows: double-click → Install → Trusted root certification authorities; Mac: double-click, then Always trust in
Keychain Access</li>
<li>Then open: <a href="{https}">{https}</a></li>
</ol>
<p>Only the demonstration on this computer uses the certificate; remove it at the same place afterwards.</p>"""

_HOST_ZH = "<p>请改用 https:// 开头的地址；如果没有，请联系县里。在服务器本机可用 http://127.0.0.1。</p>"
_HOST_EN = (
    "<p>Use the address that begins with https://; if there is none, ask the county. "
    "On the server itself http://127.0.0.1 works.</p>"
)


def why_not(https: str | None = None) -> bytes:
    """The page; with the secure address of a local network's demonstration it tells how to trust its certificate."""
    if https is None:
        return _WHY.format(steps_zh=_HOST_ZH, steps_en=_HOST_EN).encode()
    told = {"https": html.escape(https, quote=True), "certificate": CERTIFICATE_PATH}
    return _WHY.format(steps_zh=_LAN_ZH.format(**told), steps_en=_LAN_EN.format(**told)).encode()


def is_local(host: str) -> bool:
    """Whether a Host header means the machine itself, which browsers count as secure."""
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    name = name.lower().rstrip(".")
    return name in ("localhost", "::1") or name.endswith(".localhost") or name.startswith("127.")


def instead_of(page: Served, request: HTTPScope) -> Served:
    """The page that was asked for, or the one that says why not, when it is an app's page over plain HTTP from afar."""
    if not is_page(page) or request["scheme"] != "http":
        return page
    headers: Mapping[bytes, bytes] = dict(request["headers"])
    # A proxy of ours that ended the TLS says so; a visitor who claims it harms nobody but themselves.
    if headers.get(b"x-forwarded-proto") == b"https" or is_local(headers.get(b"host", b"").decode("latin-1")):
        return page
    told = ((b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"))
    return Served(why_not(), False, told, b'"why-not"')
