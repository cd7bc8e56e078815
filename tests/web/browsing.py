"""A real browser, and a visitor in it who notes every complaint. Chromium is the system's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.web.conftest import Running

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same engine without a window opens a page in a third of the time."""
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
"""A busy machine writes slowly; nothing that works waits so long."""
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:  # type: ignore[name-defined]
    """For a module: while it is open, no other event loop runs in this thread."""
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """A page that keeps what the browser complained about."""

    def __init__(self, browser, running: Running, keeps: bool = False, **options) -> None:
        """`keeps`: the browser keeps the page for when there is no server, which costs a second."""
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
        """Wait until an expression is true. Playwright's own way needs what the policy forbids."""
        for _ in range(int(seconds / 0.05)):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never became true: {expression}")

    def open(self, view: str = ""):
        self.page.goto(f"{self.url}/#/{view}")
        return self.page

    def written(self):
        """The page once it has written."""
        page = self.open("write")
        page.wait_for_selector(".sheet.is-done")
        return page

    def on_desk(self):
        """The page with the first poem on the desk."""
        page = self.written()
        page.keyboard.press("1")
        page.wait_for_selector(".verdict:not(.faint)")
        return page


@contextmanager
def visiting(browser, running: Running, **options) -> Iterator[Visit]:
    """A visit that must end without browser errors or requests to other servers."""
    here = Visit(browser, running, **options)
    yield here
    here.context.close()
    assert here.complaints == []
    assert here.foreign == []


@pytest.fixture
def visit(browser, running) -> Iterator[Visit]:
    """On a desk, in Chinese."""
    with visiting(browser, running) as here:
        yield here


def state(page):
    return page.evaluate("async () => (await import('./js/core/store.js')).store.state")
