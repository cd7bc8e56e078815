"""The Chinese page is Chinese throughout: every view, error and note."""

import re

import pytest

from tests.web.browsing import IN_BROWSER, PHONE, browser, visit, visiting

__all__ = ["browser", "visit"]  # fixtures
ENGLISH = r"""() => {
  const English = /[A-Za-z]{2,}( [A-Za-z]{2,}){2,}/;
  const aside = 'code, pre, noscript, option, .brand, .skip, [hidden]';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!node.parentElement.closest(aside)) found.push(node.data);
  for (const name of ['title', 'aria-label', 'placeholder'])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return found.filter((text) => English.test(text)); }"""
"""Script that returns the page's texts and labels with three Latin words in a row."""
pytestmark = IN_BROWSER


@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_no_view_says_anything_in_english(browser, running, size) -> None:
    """No view of the Chinese page contains English, nor does its settings dialog."""
    with visiting(browser, running, viewport=size) as here:
        page = here.on_desk()
        for view in ("write", "desk", "check", "names", "play", "look", "shelf", "practice"):
            page.goto(f"{here.url}/#/{view}")
            page.wait_for_selector(f".view-{view} > *")
            page.wait_for_timeout(400)
            assert page.evaluate(ENGLISH) == [], view
        page.click("[aria-label=设置]")
        assert page.evaluate(ENGLISH) == []


def test_refusals_are_worded_in_chinese_and_mended_by_a_button(visit) -> None:
    """An error appears in Chinese, with a button that makes the suggested correction."""
    page = visit.written()
    page.fill("input[placeholder^='如：春江']", "床前明月")
    page.select_option(".hidden-row select", "tail")
    page.click("summary")
    page.fill("input[placeholder^='韵部']", "东")
    page.click("text=落笔")
    page.locator(".notice").filter(has_text=re.compile("容不下|不能并存")).wait_for()
    page.wait_for_selector(".notice .plain")

    assert page.evaluate(ENGLISH) == []
    page.click("text=改藏在每句之首")
    page.wait_for_selector(".sheet.is-done .given")
    assert page.locator(".notice").count() == 0
    visit.complaints.clear()  # Chromium logs each 422 as an error


def test_notes_are_in_chinese(visit) -> None:
    """The note that the model has never seen a theme's characters appears in Chinese."""
    page = visit.written()
    page.fill(".theme", "龘靐齉")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet.is-done .note")

    assert "模型从未见过" in page.locator(".note").first.inner_text()
    assert page.evaluate(ENGLISH) == []


def test_the_interface_follows_the_script(visit) -> None:
    """If the user chooses traditional script, it also applies to menus, forms and tunes."""
    page = visit.on_desk()
    page.click("[aria-label=设置]")
    page.check("input[value=traditional]")
    page.wait_for_selector("nav >> text=寫詩")
    page.keyboard.press("Escape")
    page.goto(f"{visit.url}/#/write")
    page.wait_for_selector(".board-caption >> text=七絕")
    page.check("input[name=form][value=词]")

    page.wait_for_selector(".tune >> text=蝶戀花")
