"""A browser like WeChat's: no service worker, no push, no camera, no clipboard, no downloads, no other windows.

Three in four residents open a county's pages there. Whatever a page does that WeChat swallows without a word is a fault
of the journey that saw it.
"""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

BROWSER, WECHAT = "browser", "wechat"
AGENT = (
    "Mozilla/5.0 (Linux; Android 10; M2006C3LC Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MMWEBID/1234 "
    "MicroMessenger/8.0.49.2600(0x2800315A) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"
)
OPTIONS: dict[str, Any] = {"user_agent": AGENT, "accept_downloads": False, "service_workers": "block"}

LACKS = """
for (const name of ['serviceWorker', 'mediaDevices', 'getUserMedia', 'clipboard', 'share', 'wakeLock', 'setAppBadge'])
  delete Navigator.prototype[name]
for (const name of ['PushManager', 'Notification', 'BarcodeDetector', 'showSaveFilePicker', 'showOpenFilePicker',
  'BeforeInstallPromptEvent', 'speechSynthesis', 'ServiceWorkerRegistration'])
  delete window[name]
window.print = () => { throw new Error('WeChat prints nothing') }
window.open = () => null
"""
KEEPS_NOTHING = """
delete window.indexedDB
Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('refused', 'SecurityError') } })
"""
"""Some phones' WeChat refuses storage altogether."""


def become_wechat(context: BrowserContext) -> None:
    """Take away what WeChat's browser does not have, before any page can look."""
    context.add_init_script(LACKS)


def watch_for_files(page: Page, fault: Callable[[str], None]) -> None:
    """A download, another window, or a page of a file's own: in WeChat nothing happens, and nobody is told why."""
    page.on("download", lambda file: fault(f"a download in WeChat: {file.url}"))
    page.on("popup", lambda other: fault(f"another window in WeChat: {other.url}"))
    page.on("framenavigated", lambda frame: _see_navigation(frame.url, fault))


def _see_navigation(address: str, fault: Callable[[str], None]) -> None:
    if address.partition(":")[0] in ("blob", "data"):
        fault(f"a page that WeChat does not open: {address[:80]}")
