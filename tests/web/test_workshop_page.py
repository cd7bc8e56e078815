"""The workshop in a real browser: paste, train, watch, come back, stop, write with it."""

from collections.abc import Iterator

import pytest

from tests.conftest import TEXT
from tests.web.browsing import IN_BROWSER, PHONE, browser, visiting
from tests.web.conftest import Running
from tests.web.test_workshop import SMALL, bundle, fake, first_sample, started, workshop

pytest.importorskip("torch")
__all__ = ["browser", "bundle"]  # fixtures
pytestmark = IN_BROWSER


@pytest.fixture
def shop(tmp_path, prose_writer, bundle) -> Iterator[Running]:
    """A workshop behind a prefix, whose trainings go on until they are told to stop."""
    settings = {"prefix": "/poems", "workshop_bytes": 50_000}
    with workshop(tmp_path / "shop", prose_writer, **settings) as here:
        fake(here, bundle)
        yield here


def begun(visit, name: str = "owl"):
    """The page with a training that has written something."""
    page = visit.open("workshop")
    page.fill(".slip textarea", TEXT)
    page.fill(".slip input[maxlength='40']", name)
    page.click(".slip .go")
    visit.until("document.querySelectorAll('.bench .prose-text').length === 2", 60)
    return page


def pasted(page, text: str) -> None:
    """What the browser does when somebody pastes into the field."""
    page.evaluate(
        """(text) => { const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          const options = { clipboardData, bubbles: true, cancelable: true };
          const field = document.querySelector('.slip textarea');
          field.dispatchEvent(new ClipboardEvent('paste', options)); }""",
        text,
    )


@pytest.mark.slow
def test_from_a_pasted_text_to_writing_with_its_model(browser, tmp_path, prose_writer) -> None:
    """A real training: curve and samples come, and its model writes from the request form."""
    with workshop(tmp_path, prose_writer) as here, visiting(browser, here) as visit:
        here.studio.workshop.budget = lambda minutes: SMALL
        page = begun(visit, "夜猫")
        visit.until("document.querySelector('.bench .go')", 60)
        assert page.locator(".curve path.train").get_attribute("d").startswith("M")
        assert "学成了" in page.locator(".bench output").first.inner_text()

        page.click(".bench .go")
        page.wait_for_selector("input[value='model:夜猫']:checked", state="attached")
        page.click("text=落笔")

        visit.until("document.querySelector('.sheet.is-done .prose-text')?.textContent.length > 50")


def test_a_reload_finds_the_running_training(browser, shop) -> None:
    """Its curve and samples reappear, for a second visitor too."""
    with visiting(browser, shop) as visit, visiting(browser, shop, viewport=PHONE) as other:
        page = begun(visit)

        page.reload()
        other.open("workshop")

        for here in (visit, other):
            here.until("document.querySelectorAll('.bench .prose-text').length === 2")
            assert here.page.locator(".bench h2").inner_text() == "owl-2"
            assert here.page.locator(".bench .stop").is_enabled()
            width = here.page.evaluate("document.documentElement.scrollWidth")
            assert width <= here.page.viewport_size["width"]


def test_an_interrupted_training_is_gone_on_with(browser, tmp_path, prose_writer, bundle) -> None:
    """After a restart the page offers to resume it; its curve continues where it stopped."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        fake(here, bundle)
        first_sample(client, started(client, name="owl"))
    with workshop(tmp_path, prose_writer) as again, visiting(browser, again) as visit:
        fake(again, bundle)
        page = visit.open("workshop")
        page.click("text=续炉")

        visit.until("document.querySelector('.bench .stop')")
        visit.until("document.querySelector('.bench progress').value === 0.6")
        assert page.locator("text=续炉").count() == 0
        page.click(".bench .stop")
        visit.until("document.querySelector('.bench .go')")


def test_it_is_stopped_by_keyboard_and_said_aloud(browser, shop) -> None:
    """What it learned is kept; a screen reader hears the sample and the end."""
    with visiting(browser, shop) as visit:
        page = begun(visit)
        assert "an owl at 1" in page.locator("#live").inner_text()

        page.focus(".bench .stop")
        page.keyboard.press("Enter")

        visit.until("document.querySelector('.bench .go')")
        assert page.locator("#live").inner_text().startswith("停了，学到的还在")


def test_it_is_deleted_on_the_second_press(browser, shop) -> None:
    """The first press asks; after the second the model is gone from every list."""
    with visiting(browser, shop) as visit:
        page = begun(visit)
        page.click(".bench .stop")
        page.click(".bench [aria-label=删去]")
        assert page.locator(".bench").count() == 1

        page.click(".bench [aria-label=删去]")

        visit.until("!document.querySelector('.bench')")
        assert [opened.name for opened in shop.studio.library] == ["owl"]


def test_a_file_is_dropped_or_chosen(browser, shop, tmp_path) -> None:
    """It takes the place of the pasted text, is named on the page, and names the model."""
    path = tmp_path / "tales.txt"
    path.write_text(TEXT)
    with visiting(browser, shop) as visit:
        page = visit.open("workshop")
        page.set_input_files("input[type=file]", path)
        assert "tales.txt" in page.locator(".slip").inner_text()

        page.click(".slip .go")

        visit.until("document.querySelector('.bench h2')?.textContent === 'tales'")


def test_what_is_refused_is_said_on_the_page(browser, shop) -> None:
    """Too large a file is refused before upload; a second training or short text, by the server."""
    with visiting(browser, shop) as visit:
        page = visit.open("workshop")
        page.click(".slip .go")
        visit.until("document.getElementById('toast').textContent.includes('还没有文字')")
        begun(visit)

        page.click(".slip .go")

        visit.until("document.getElementById('toast').textContent.includes('一次一个')")
        pasted(page, "x" * 60_000)
        page.click(".slip .go")
        visit.until("document.getElementById('toast').textContent.includes('0.05 MB')")
        visit.complaints.clear()  # the browser notes refused requests by itself


def test_without_a_workshop_there_is_no_such_view(browser, running) -> None:
    """The navigation does not offer what the server does not do."""
    with visiting(browser, running) as visit:
        page = visit.open("write")
        page.wait_for_selector("nav a")

        assert page.locator("nav >> text=坊").count() == 0


def test_axe_objects_to_nothing_in_the_workshop(browser, shop) -> None:
    """While it trains and when it has ended, light and dark."""
    access = pytest.importorskip("tests.web.test_access")
    with visiting(browser, shop, viewport=PHONE) as visit:
        begun(visit)
        found = access.objections(visit, "training")
        visit.page.click(".bench .stop")
        visit.until("document.querySelector('.bench .go')")

        assert found + access.objections(visit, "ended") == []
