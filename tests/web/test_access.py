"""Accessibility: axe-core reports no violation in any view of the page."""

from collections.abc import Callable

import pytest

from tests.web.browsing import DESK, IN_BROWSER, PHONE, Visit, browser, visiting

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-core is missing")

__all__ = ["browser"]  # fixture
pytestmark = IN_BROWSER


def objections(here: Visit, where: str) -> list[str]:
    """Return axe-core's violations on the page as shown, one line for each element.

    In the dark theme only the contrast of colours is checked, because nothing else differs.
    """
    found = []
    if not here.page.evaluate("'axe' in globalThis"):
        here.page.evaluate(axe.AXE_SCRIPT)
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        here.page.emulate_media(color_scheme=scheme)
        told = here.page.evaluate("(how) => axe.run(how)", {**rules, "resultTypes": ["violations"]})
        for broken in told["violations"]:
            found += [
                f"{where}, {scheme}: {broken['id']}: {node['html'][:200]} {node['failureSummary']}"
                for node in broken["nodes"]
            ]
    return found


def view(name: str, awaited: str) -> Callable[[Visit], None]:
    """Return a step that opens a view and waits for one of its elements."""

    def go(here: Visit) -> None:
        here.page.goto(f"{here.url}/#/{name}")
        here.page.wait_for_selector(awaited)

    return go


def pressed(button: str, awaited: str) -> Callable[[Visit], None]:
    """Return a step that clicks a button and waits for the element that opens."""

    def press(here: Visit) -> None:
        here.page.locator(button).first.click()
        here.page.wait_for_selector(awaited)

    return press


def closed(here: Visit) -> None:
    here.page.keyboard.press("Escape")
    here.until("!document.querySelector('dialog[open]')")


def linked(here: Visit) -> None:
    """Open the latest poem through its link, as a recipient of the link would."""
    here.page.goto(
        here.page.evaluate(
            """async () => { const { store } = await import('./js/core/store.js');
              const { linkTo } = await import('./js/core/link.js');
              return linkTo(store.state.shelf.history[0]); }"""
        )
    )
    here.page.wait_for_selector(".page-poem")


WALK: tuple[tuple[str, Callable[[Visit], None]], ...] = (
    ("write", view("write", ".sheet.is-done")),
    ("wishes", pressed("summary", "details[open]")),
    (
        "card",
        pressed(
            ".sheet [aria-label=分享], .sheet [aria-label=Share]", "dialog[open] .card-preview svg"
        ),
    ),
    ("", closed),
    ("settings", pressed("#tools button >> nth=1", "dialog[open]")),
    ("", closed),
    ("desk", view("desk", ".verdict:not(.faint)")),
    ("a character", pressed('[data-at="1.2"]', ".choice")),
    ("check", view("check", ".verdict")),
    ("names", view("names", ".name")),
    ("a name", pressed(".name button", "dialog[open] .reading ul")),
    ("", closed),
    ("games", view("play", ".quiz .poem")),
    ("", view("write", ".sheet.is-done")),
    ("meaning", pressed("[data-name=reading]", ".gloss-char")),
    ("", closed),
    ("look", pressed("[aria-label=细看], [aria-label=Inspect]", "button.heat-char")),
    ("units", pressed(".units .choice", ".units .choice")),
    ("a character's bars", pressed("button.heat-char", ".bars li")),
    ("practice", view("practice", ".view-practice > *")),
    ("shelf", view("shelf", ".view-shelf > *")),
    ("about", view("about", "h1")),
    ("a link", linked),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "zh-CN"), (DESK, "en-GB")], ids=["phone", "desk"]
)
def test_axe_objects_to_nothing(browser, running, size, language) -> None:
    """axe-core finds no violation in any view or dialog, in light or dark, on phone or desktop."""
    found: list[str] = []
    with visiting(browser, running, viewport=size, locale=language) as here:
        here.on_desk()
        for where, go in WALK:
            go(here)
            if where:
                found += objections(here, where)
        here.page.goto(f"{here.url}/docs.html")
        here.page.wait_for_selector("section.panel")
        found += objections(here, "the API's page")
        here.page.goto(f"{here.url}/nowhere")
        found += objections(here, "what is not there")
        here.complaints.clear()  # Chromium logs each 404 as an error

    assert found == []
