"""The workshop in a real browser: starting, watching, stopping and resuming training runs."""

from collections.abc import Iterator

import pytest

from tests.conftest import TEXT
from tests.web.browsing import IN_BROWSER, PHONE, browser, visiting
from tests.web.conftest import SMALL, Running, fake, first_sample, started, workshop

pytest.importorskip("torch")
__all__ = ["browser"]  # a fixture
pytestmark = IN_BROWSER


@pytest.fixture
def shop(tmp_path, prose_writer, bundle) -> Iterator[Running]:
    """A workshop behind a URL prefix, with fake training runs that continue until stopped."""
    settings = {"prefix": "/poems", "workshop_bytes": 50_000}
    with workshop(tmp_path / "shop", prose_writer, **settings) as here:
        fake(here, bundle)
        yield here


def begun(visit, name: str = "owl"):
    """Start a training run on the page, wait for its two samples, and return the page."""
    page = visit.open("workshop")
    page.fill(".slip textarea", TEXT)
    page.fill(".slip input[maxlength='40']", name)
    page.click(".slip .go")
    visit.until("document.querySelectorAll('.bench .prose-text').length === 2", 60)
    return page


def pasted(page, text: str) -> None:
    """Paste a text into the field, as the browser would."""
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
    """The page shows the curve of a real training run and then writes with its model."""
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
    """A training run in progress reappears after a reload, and is shown to a second visitor."""
    with visiting(browser, shop) as visit, visiting(browser, shop, viewport=PHONE) as other:
        page = begun(visit)

        page.reload()
        other.open("workshop")

        for here in (visit, other):
            here.until("document.querySelectorAll('.bench .prose-text').length === 2")
            assert here.page.locator(".bench h2").inner_text() == "owl-2"
            assert here.page.locator(".bench .stop").is_enabled()
            assert "第 3 步" in here.page.locator(".bench .note").inner_text()
            width = here.page.evaluate("document.documentElement.scrollWidth")
            assert width <= here.page.viewport_size["width"]


def test_an_interrupted_training_is_gone_on_with(browser, tmp_path, prose_writer, bundle) -> None:
    """The page can resume a training run that a restart interrupted; its progress continues."""
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
    """A training run can be stopped by keyboard; a screen reader hears its sample and its end."""
    with visiting(browser, shop) as visit:
        page = begun(visit)
        assert "an owl at 1" in page.locator("#live").inner_text()

        page.focus(".bench .stop")
        page.keyboard.press("Enter")

        visit.until("document.querySelector('.bench .go')")
        assert page.locator("#live").inner_text().startswith("停了，学到的还在")


def test_it_is_deleted_on_the_second_press(browser, shop) -> None:
    """The first press only asks; the second deletes the training run and its model."""
    with visiting(browser, shop) as visit:
        page = begun(visit)
        page.click(".bench .stop")
        page.click(".bench [aria-label=删去]")
        assert page.locator(".bench").count() == 1

        page.click(".bench [aria-label=删去]")

        visit.until("!document.querySelector('.bench')")
        assert [opened.name for opened in shop.studio.library] == ["owl"]


def test_a_file_is_dropped_or_chosen(browser, shop, tmp_path) -> None:
    """A chosen file is named on the page, and its name becomes the model's name."""
    path = tmp_path / "tales.txt"
    path.write_text(TEXT)
    with visiting(browser, shop) as visit:
        page = visit.open("workshop")
        page.set_input_files("input[type=file]", path)
        assert "tales.txt" in page.locator(".slip").inner_text()

        page.click(".slip .go")

        visit.until("document.querySelector('.bench h2')?.textContent === 'tales'")


def test_what_is_refused_is_said_on_the_page(browser, shop) -> None:
    """The page reports a missing text, a second training run, and a text that is too large."""
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
        visit.complaints.clear()  # the browser logs refused requests as errors


def test_without_a_workshop_there_is_no_such_view(browser, running) -> None:
    """If the server has no workshop, the navigation does not offer one."""
    with visiting(browser, running) as visit:
        page = visit.open("write")
        page.wait_for_selector("nav a")

        assert page.locator("nav >> text=坊").count() == 0


def test_axe_objects_to_nothing_in_the_workshop(browser, shop) -> None:
    """axe-core finds no violation in the workshop, neither during a training run nor after it."""
    access = pytest.importorskip("tests.web.test_access")
    with visiting(browser, shop, viewport=PHONE) as visit:
        begun(visit)
        found = access.objections(visit, "training")
        visit.page.click(".bench .stop")
        visit.until("document.querySelector('.bench .go')")

        assert found + access.objections(visit, "ended") == []
