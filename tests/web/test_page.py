"""The page in a real browser: how it loads, its languages and sizes, and its smaller views."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from charbard.web import Library
from tests.web.browsing import DESK, IN_BROWSER, PHONE, browser, visit, visiting
from tests.web.conftest import serving

__all__ = ["browser", "visit"]  # fixtures
pytestmark = IN_BROWSER


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_moves_while_lines_come(browser, running, size) -> None:
    """Nothing moves while lines arrive, and little moves while the page opens."""
    with visiting(browser, running, viewport=size) as here:
        here.page.add_init_script(
            """window.shifts = []; new PerformanceObserver((list) => {
              for (const { value, sources } of list.getEntries())
                shifts.push([value, ...sources.map((one) => one.node?.outerHTML.slice(0, 80))]);
            }).observe({ type: 'layout-shift', buffered: true });"""
        )
        page = here.written()
        first = page.locator(".sheet").first.inner_text()
        opening = page.evaluate("shifts.splice(0).reduce((sum, [value]) => sum + value, 0)")

        # A theme drawn at random may contain a character that the small model does not know; the
        # note about it would shift the sheets.
        page.fill(".theme", "春风")
        page.click("text=落笔")
        here.until(f"document.querySelector('.sheet').innerText !== {json.dumps(first)}")
        here.until("document.querySelectorAll('.sheet.is-done').length === 4")

        assert opening < 0.01
        assert page.evaluate("shifts") == []


def test_the_first_paint_waits_for_no_answer(browser, running) -> None:
    """The page is first painted before any API response arrives."""
    with visiting(browser, running) as here:
        held = []
        here.page.route("**/api/**", lambda route: held.append(route))
        with here.page.expect_request("**/api/**"):  # on a quick machine, it may follow the paint
            here.page.goto(here.url)

        here.until("performance.getEntriesByName('first-contentful-paint').length === 1")
        assert held
        for route in held:
            route.continue_()
        here.page.unroute("**/api/**")
        here.page.wait_for_selector(".sheet.is-done")


def test_checking_says_what_breaks(visit) -> None:
    """The check view marks each fault with a shape and lists it in words."""
    page = visit.open("check")
    page.wait_for_selector(".verdict.is-good")
    page.fill("textarea", "白日依山尽，黄河入海天。欲穷千里目，更上一层楼。")
    page.click("text=检测")

    page.wait_for_selector(".verdict.is-bad")

    assert page.locator(".cell.is-wrong").count() >= 1
    assert "╳" in page.locator(".cell.is-wrong .cell-tone").first.inner_text()
    assert page.locator(".findings li").count() >= 1


def test_names_are_found_and_kept(visit) -> None:
    """Suggested names begin with the surname, and a saved name survives a reload."""
    page = visit.written()
    page.goto(f"{visit.url}/#/names")
    page.wait_for_selector(".name")
    name = page.locator(".name b").first.inner_text()
    page.locator(".name [aria-label=收藏]").first.click()
    page.reload()

    page.wait_for_selector(".shelf .name")

    assert name.startswith("李")
    assert page.locator(".shelf .name b").inner_text() == name


def test_looking_inside(visit) -> None:
    """The page shows a character's alternatives, and a second poem written with one unit off."""
    page = visit.written()
    page.locator("[aria-label=细看]").first.click()
    page.wait_for_selector("button.heat-char")
    page.locator("button.heat-char").first.click()
    assert page.locator(".bars li").count() == 8

    page.wait_for_selector(".units .choice")
    page.locator(".units .choice").nth(3).click()
    page.click("text=关掉它")

    visit.until("document.querySelectorAll('.pair .poem').length === 2")


def test_what_is_borrowed_is_underlined_and_has_a_source(browser, running, small_corpus) -> None:
    """Borrowed lines and parts of lines are underlined differently; focus shows their source."""
    with visiting(browser, running) as here:
        page = here.open("look")
        page.fill("textarea", "夜来风雨聲，花落知多矣。明月几时有")
        page.click(".go")
        page.wait_for_selector(".trace")
        page.locator(".trace").nth(1).focus()

        assert page.locator(".trace").all_inner_texts() == ["夜来风雨聲", "花落知多"]
        assert "is-line" in page.locator(".trace").first.get_attribute("class")
        assert "is-line" not in page.locator(".trace").nth(1).get_attribute("class")
        assert "孟浩然《春晓》" in page.inner_text(".aside:has-text('孟浩然')")


def test_without_the_corpus_it_says_what_to_run(visit, tmp_path, monkeypatch) -> None:
    """Without the corpus, known whole lines are still found, and the page says what to run."""
    monkeypatch.setenv("CHARBARD_CACHE", str(tmp_path))
    page = visit.open("look")
    page.fill("textarea", "处处闻啼鸟，键盘声声起。")
    page.click(".go")
    page.wait_for_selector(".trace >> text=处处闻啼鸟")  # the view opens with an example

    assert page.locator(".trace").all_inner_texts() == ["处处闻啼鸟"]
    assert "charbard corpus build verse" in page.inner_text(".panel code")


def test_an_earlier_text_does_not_replace_a_later_one(visit) -> None:
    """A late response about an earlier text does not replace the current one."""
    held: list = []
    visit.page.route(
        "**/api/score", lambda route: route.continue_() if held else held.append(route)
    )
    page = visit.open("look")  # the view scores its example first; that response is held back
    page.fill("textarea", "处处闻啼鸟")
    page.click(".go")
    page.wait_for_selector(".heat >> text=啼")
    held[0].continue_()
    page.wait_for_timeout(300)

    assert page.inner_text(".heat") == "处处闻啼鸟"


def test_how_a_model_learned(browser, run_folder) -> None:
    """A slider, which the keyboard can move, shows each snapshot's text for the same seed."""
    library = Library.open([run_folder / "model.safetensors"])
    with serving(library=library) as running, visiting(browser, running) as here:
        page = here.open("look")
        page.fill("textarea", "春江花月夜")
        page.click(".go")
        page.click("text=看它学")
        here.until("document.querySelector('.panel .dial').value === '2'")
        last = page.inner_text(".grown")
        page.focus(".panel .dial")
        page.keyboard.press("Home")

        assert "个单元 · 第 10 步 · 0.5 分钟 · 损失 —" in page.inner_text(".panel output")
        assert "第 10 步" in page.get_attribute(".panel .dial", "aria-valuetext")
        assert page.inner_text(".grown") != last
        page.keyboard.press("End")
        assert page.inner_text(".grown") == last


def test_names_of_a_gender(browser, names_writer) -> None:
    """For a model trained with genders, a choice of gender is offered and sent."""
    with serving(("names", names_writer)) as running, visiting(browser, running) as here:
        page = here.open("names")
        page.wait_for_selector(".name")
        with page.expect_request("**/api/names") as sent:
            page.check("input[name=name-gender][value=女]")
            page.click("button.go")
        assert sent.value.post_data_json["gender"] == "女"


def test_traditional_and_pinyin(visit) -> None:
    """Pinyin and traditional script also apply to poems that are already on the page."""
    page = visit.on_desk()
    page.click("[aria-label=设置]")
    page.check("input[value=traditional]")
    page.check("input[name=set-pinyin][value=true]")
    page.keyboard.press("Escape")
    visit.until(
        "[...document.querySelectorAll('.cell-pinyin')].every((sound) => sound.textContent)"
    )

    page.goto(f"{visit.url}/#/write")

    page.wait_for_selector(".sheet ruby rt")
    assert page.locator(".poem").first.get_attribute("lang") in ("zh-Hans", "zh-Hant")


@pytest.mark.parametrize(
    ("size", "language"),
    [(PHONE, "zh-CN"), (PHONE, "en-GB"), (DESK, "en-GB")],
    ids=["phone", "phone-english", "desk"],
)
def test_every_view_fits_and_can_be_read(browser, running, size, language) -> None:
    """No view scrolls sideways or has a control without a name, in either theme or language."""
    with visiting(browser, running, viewport=size, locale=language) as here:
        page = here.on_desk()
        for view in ("write", "desk", "check", "names", "look", "shelf", "practice", "about"):
            page.goto(f"{here.url}/#/{view}")
            page.wait_for_selector(f".view-{view} > *")
            page.wait_for_timeout(150)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(FITS), (view, scheme)
                assert page.evaluate(NAMELESS) == [], (view, scheme)


FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll('button, a, input, select, textarea')]
  .filter((one) => ![one.textContent, one.getAttribute('aria-label'),
    one.closest('label')?.textContent].some((name) => name?.trim()))
  .map((one) => one.outerHTML)"""


def test_the_api_page_draws_itself(visit) -> None:
    """The documentation page of the API builds itself and names the API's addresses."""
    page = visit.page
    page.goto(f"{visit.url}/docs.html")
    page.wait_for_selector("section.panel")

    text = page.inner_text("main")
    for path in ("/api/verse", "/api/check", "/v1/completions", "/write_poem"):
        assert path in text


OTHERS = ("docs", "embed", "shared")
"""File-name stems of the scripts and styles that only the other pages load."""


def test_script_and_style_are_small(running) -> None:
    """Scripts, styles and words of both languages take at most 200 kB, or 70 kB compressed.

    The theme glossary and the dictionary do not count, as the page loads them on demand.
    """
    static = Path(str(files("charbard.web") / "static"))
    paths = [*(static / "js").rglob("*.js"), *(static / "css").rglob("*.css")]
    names = [path.relative_to(static).as_posix() for path in paths if path.stem not in OTHERS]
    asked = {"accept-encoding": "br"}
    with running.client(headers=asked) as client:
        answers = [client.get(f"/{name}") for name in (*names, "words.json", "zh.json")]

    assert {answer.status_code for answer in answers} == {200}
    assert sum(len(answer.content) for answer in answers) <= 200_000
    assert sum(int(answer.headers["content-length"]) for answer in answers) <= 70_000


def test_both_languages_have_every_word() -> None:
    """Each text of the page exists in both languages, with the same placeholders."""
    table = json.loads((files("charbard.web") / "static" / "words.json").read_text("utf-8"))

    for part, words in table.items():
        for name, (zh, en) in words.items():
            assert zh, (part, name)
            assert en, (part, name)
            assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en)), (part, name)


def test_another_language_at_once(visit) -> None:
    """A language chosen in the settings applies at once and survives a reload."""
    page = visit.written()
    page.click("[aria-label=设置]")
    page.check("input[value=en]")
    page.wait_for_selector("dialog[aria-label], .settings >> text=Interface")
    page.keyboard.press("Escape")
    page.reload()

    page.wait_for_selector("nav >> text=Look inside")
