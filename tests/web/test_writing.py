"""Writing in a real browser: texts are requested, written, edited, shared and saved."""

import json
import re

import pytest

from tests.web.browsing import IN_BROWSER, Visit, browser, state, visit

__all__ = ["browser", "visit"]  # fixtures
pytestmark = IN_BROWSER


def test_it_opens_on_poems(visit) -> None:
    """The page opens with four poems, marks the best, and announces them to screen readers."""
    page = visit.written()

    assert page.locator(".sheet.is-done").count() == 4
    assert page.locator(".sheet.is-best").count() == 1
    assert page.locator("#live").inner_text().startswith("写成 4 首")
    assert len(state(page)["shelf"]["history"]) == 4


def test_wishes_are_kept(visit) -> None:
    """The poems keep the requested acrostic, and the request survives a reload."""
    page = visit.written()
    page.check("input[value=五绝]")
    page.fill("input[placeholder^='如：春江']", "春江花月")
    page.click("text=落笔")
    visit.until("document.querySelectorAll('.sheet.is-done').length === 4")

    for poem in state(page)["shelf"]["history"][:4]:
        assert "".join(line["text"][0] for line in poem["lines"]) == "春江花月"
    page.reload()
    page.wait_for_selector(".sheet.is-done")
    assert page.input_value("input[placeholder^='如：春江']") == "春江花月"


def test_enter_does_not_write_while_composing(visit) -> None:
    """Enter in an input method only confirms a word; the next Enter starts writing."""
    page = visit.written()
    before = state(page)["shelf"]["history"][0]["id"]
    page.focus(".theme")
    session = visit.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "qiu", "selectionStart": 3, "selectionEnd": 3})
    page.evaluate(
        """() => document.querySelector('.theme').dispatchEvent(new KeyboardEvent(
          'keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"""
    )
    page.wait_for_timeout(200)
    assert state(page)["shelf"]["history"][0]["id"] == before
    session.send("Input.insertText", {"text": "秋夜"})

    page.keyboard.press("Enter")
    visit.until(
        "async () => (await import('./js/core/store.js')).store.state.shelf.history[0].id"
        f" !== {json.dumps(before)}"
    )

    assert state(page)["shelf"]["history"][0]["title"] == "秋夜"


def test_what_cannot_be_is_explained(visit) -> None:
    """An impossible request is explained in one place, with buttons for the suggested changes."""
    page = visit.written()
    page.check("input[value=五绝]")
    page.fill("input[placeholder^='如：春江']", "春江花月夜")
    page.click("text=落笔")

    page.wait_for_selector(".notice .plain")

    assert "有 5 个字" in page.inner_text(".notice")
    assert not page.locator("#toast.is-shown").count()
    assert page.locator(".sheet.is-done").count() == 4  # the earlier poems stay
    page.click("text=改为五律")
    page.wait_for_selector(".sheet.is-done .given")
    page.check("input[name=form][value=五绝]")
    page.click("text=落笔")
    page.click("text=只藏“春江花月”")
    visit.until("document.querySelectorAll('.sheet.is-done .given').length === 16")
    visit.complaints.clear()  # Chromium logs each 422 as an error


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "从未见过这些字"), ("en", "never seen these characters")]
)
def test_what_does_not_reach_the_model_is_on_the_sheet(visit, language, said) -> None:
    """A note in the page's language names the characters of a theme unknown to the model."""
    page = visit.written()
    page.evaluate(
        "async (language) => { const { store } = await import('./js/core/store.js');"
        " store.set({ settings: { ...store.state.settings, language } }); }",
        language,
    )
    page.fill(".theme", "龘靐")
    page.focus(".theme")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet.is-done .note")

    assert said in page.locator(".sheet .note").first.inner_text()
    assert "龘靐" in page.locator(".sheet .note").first.inner_text()


def test_the_desk_swaps_locks_and_goes_back(visit) -> None:
    """On the desk, characters can be swapped and locked, and changes undone even after a reload."""
    page = visit.on_desk()
    before = page.locator(".cell-char").all_inner_texts()
    page.click('[data-at="1.2"]')
    page.wait_for_selector(".choice")
    offered = page.locator(".choice b").first.inner_text()
    page.locator(".choice").first.click()
    visit.until("document.querySelectorAll('.step').length === 2")
    assert page.locator('[data-at="1.2"] .cell-char').inner_text() == offered
    page.keyboard.press("l")
    page.wait_for_selector('[data-at="1.2"].is-locked')

    page.keyboard.press("r")
    visit.until("document.querySelectorAll('.step').length === 3")
    assert page.locator('[data-at="1.2"] .cell-char').inner_text() == offered
    page.wait_for_selector(".verdict.is-good")
    page.reload()
    page.wait_for_selector('[data-at="1.2"].is-locked')
    page.click("[aria-label=撤销]")
    page.click("[aria-label=撤销]")

    assert page.locator(".cell-char").all_inner_texts() == before
    assert page.locator(".step").count() == 3


def test_a_line_is_edited_by_hand(visit) -> None:
    """An edited line of the right length is accepted and judged; any other length is refused."""
    page = visit.on_desk()
    page.click("[aria-label='手改第 1 句']")
    page.fill(".line-edit", "天天天天天天天")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.is-bad")
    assert page.locator(".cell.is-wrong").count() > 0

    page.click("[aria-label='手改第 1 句']")
    page.fill(".line-edit", "天天")
    page.keyboard.press("Enter")

    assert "7 个字" in page.locator("#toast").inner_text()
    assert page.locator('[data-at="0.0"] .cell-char').inner_text() == "天"


def test_a_poem_line_by_line(visit) -> None:
    """A poem can be written from nothing by choosing each next line by its number."""
    page = visit.written()
    page.goto(f"{visit.url}/#/desk")
    page.click("text=逐句写 · 五绝")
    for line in range(4):
        page.wait_for_selector(".line-choice")
        page.keyboard.press("1")
        visit.until(f"document.querySelectorAll('.cell:not(.is-open)').length === {5 * (line + 1)}")

    page.wait_for_selector(".verdict.is-good")


def test_a_link_shows_the_same_poem_to_anybody(visit, browser, running) -> None:
    """A link opens the same poem in another browser; a link that is cut off is refused."""
    page = visit.written()
    link = page.evaluate(
        """async () => { const { store } = await import('./js/core/store.js');
          const { linkTo } = await import('./js/core/link.js');
          return linkTo(store.state.shelf.history[0]); }"""
    )
    poem = state(page)["shelf"]["history"][0]
    other = Visit(browser, running)
    other.page.goto(link)

    shown = other.page.wait_for_selector(".page-poem")

    text = shown.inner_text().replace("\n", "")
    assert all(line["text"] in text for line in poem["lines"])
    assert str(poem["made"]["seed"]) in text
    other.page.goto(link[:-20])
    assert "这个链接不完整" in other.page.inner_text("main")
    assert "incomplete" in other.page.inner_text("main")
    other.page.goto(link[:-20].replace("/p/", "/#/poem/"))
    other.page.wait_for_selector("#toast.is-shown")
    other.context.close()


def test_cards_are_drawn_by_the_page(visit) -> None:
    """A poem's card has one element per character and can be saved as SVG or PNG."""
    page = visit.written()
    page.locator(".sheet [aria-label=分享]").first.click()
    page.wait_for_selector(".card-preview svg")
    upright = page.locator(".card-preview text").count()
    with page.expect_download() as svg:
        page.click("text=存 SVG")
    page.check("input[value=horizontal]")
    page.check("input[name=card-shape][value='9:16']")
    with page.expect_download() as png:
        page.click("text=存图片")

    title = state(page)["shelf"]["history"][0]["title"]  # all four share the drawn theme
    assert upright == 28 + len(f"{title} · 七绝") + 2 + 15  # poem, heading, seal, credit line
    assert "<svg" in svg.value.path().read_text(encoding="utf-8")[:100]
    assert png.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_shelf_goes_out_and_comes_back(visit) -> None:
    """Importing a backup of the shelf restores deleted poems; the text export has their lines."""
    page = visit.written()
    page.locator("[aria-label=收藏]").first.click()
    page.goto(f"{visit.url}/#/shelf")
    with page.expect_download() as download:
        page.click("text=全部备份")
    path = download.value.path()
    (poem,) = json.loads(path.read_text(encoding="utf-8"))["favourites"]
    before = state(page)["shelf"]
    page.locator(".sheet [aria-label=已收藏]").first.click()
    page.locator(".sheet [aria-label=删去]").first.click()
    page.set_input_files("input[type=file]", path)
    page.wait_for_selector("#toast.is-shown")

    after = state(page)["shelf"]
    assert [one["id"] for one in after["favourites"]] == [poem["id"]]
    assert {one["id"] for one in after["history"]} == {one["id"] for one in before["history"]}
    with page.expect_download() as text:
        page.click("text=纯文本")
    assert poem["lines"][3]["text"] in text.value.path().read_text(encoding="utf-8")


def test_arrows_go_from_poem_to_poem(visit) -> None:
    """The arrow keys move between poems; in a form control they keep their usual effect."""
    page = visit.written()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    assert page.evaluate("document.activeElement.ariaLabel").split("，")[0] == "第 2 首"
    page.focus("input[value=七绝]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("input[value=五绝]:focus")


def test_known_lines_may_be_allowed(visit) -> None:
    """The rule against lines of known poems can be switched off."""
    page = visit.written()
    page.click("summary")
    page.uncheck(".tick input")
    with page.expect_request("**/api/verse") as sent:
        page.click("text=落笔")

    assert sent.value.post_data_json["novel"] is False
    page.wait_for_selector(".sheet.is-done")


def test_free_text_is_written_and_stopped(visit) -> None:
    """Prose can be restarted while it is being written, and Escape stops it."""
    page = visit.written()
    page.check("input[value='model:owl']")
    page.fill("input[type=number]", "20000")
    page.click("text=落笔")
    visit.until("document.querySelector('.sheet .prose-text')?.textContent.length > 50")
    page.click("text=落笔")
    visit.until("document.querySelector('.sheet .prose-text')?.textContent.length > 50")

    page.keyboard.press("Escape")

    page.wait_for_selector(".sheet.is-stopped .sheet-tools [aria-label=复制]")
    assert state(page)["shelf"]["history"][0]["prose"]
    length = page.evaluate("document.querySelector('.prose-text').textContent.length")
    page.wait_for_timeout(150)
    assert page.evaluate("document.querySelector('.prose-text').textContent.length") == length


def test_stanzas_are_parted_on_the_sheet_and_in_what_is_copied(visit) -> None:
    """A 词 shows a gap between its stanzas, and its copied text has a blank line there."""
    page = visit.written()
    page.check("input[name=form][value=词]")
    page.locator(".tune", has_text=re.compile("^浣溪沙")).first.click()
    page.click("button.go")
    page.wait_for_selector(".sheet.is-done .ends-stanza")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.locator("[aria-label=复制]").first.click()
    visit.until("window.copied")

    assert page.locator(".sheet").first.locator(".ends-stanza").count() == 1
    assert page.evaluate("window.copied").count("\n\n") == 1
