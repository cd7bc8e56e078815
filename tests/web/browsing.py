"""Drive the system's Chromium; a `Visit` records every error and warning of the browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.web.conftest import Running

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Programs to look for; the headless shell comes first, as it opens a page three times as fast."""
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium here: apt-get install chromium-headless-shell"
    ),
]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 45.0
"""Limit for each wait: a busy machine is slow, but a working page never needs this long."""
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:  # type: ignore[name-defined]
    """Open one browser for a test module; meanwhile no other event loop can run in this thread."""
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """A browser page that records its errors, its warnings and its requests to other servers."""

    def __init__(self, browser, running: Running, keeps: bool = False, **options) -> None:
        """Open a page; `keeps` leaves its service worker on, which costs a second."""
        self.context = browser.new_context(
            **{
                "viewport": DESK,
                "locale": "zh-CN",
                "accept_downloads": True,
                "reduced_motion": "reduce",
                **options,
            }
        )
        self.context.set_default_timeout(PATIENCE_S * 1000)
        self.url = running.url
        if not keeps:
            self.context.add_init_script("delete Navigator.prototype.serviceWorker")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on(
            "console", lambda m: m.type in ("error", "warning") and self.complaints.append(m.text)
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def _note(self, request) -> None:
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.foreign.append(request.url)

    def until(self, expression: str, seconds: float = PATIENCE_S) -> None:
        """Poll a JavaScript expression until it is true.

        Playwright's `wait_for_function` needs `eval`, which the page's security policy forbids.
        """
        for _ in range(int(seconds / 0.05)):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never became true: {expression}")

    def open(self, view: str = ""):
        self.page.goto(f"{self.url}/#/{view}")
        return self.page

    def written(self):
        """Open the writing view, wait for its first finished poem, and return the page."""
        page = self.open("write")
        page.wait_for_selector(".sheet.is-done")
        return page

    def on_desk(self):
        """Put the first poem on the desk, wait for its verdict, and return the page."""
        page = self.written()
        page.keyboard.press("1")
        page.wait_for_selector(".verdict:not(.faint)")
        return page


@contextmanager
def visiting(browser, running: Running, **options) -> Iterator[Visit]:
    """Open a `Visit` that must end without browser errors or requests to other servers."""
    here = Visit(browser, running, **options)
    yield here
    here.context.close()
    assert here.complaints == []
    assert here.foreign == []


@pytest.fixture
def visit(browser, running) -> Iterator[Visit]:
    """Visit the Chinese page in a desktop-sized window."""
    with visiting(browser, running) as here:
        yield here


def state(page):
    return page.evaluate("async () => (await import('./js/core/store.js')).store.state")
