"""Take the pictures of the studio for docs/images, with a real server and a real browser.

    python scripts/take_screenshots.py TEXT        all pictures; the workshop trains on TEXT
    python scripts/take_screenshots.py TEXT --only studio-look.png --folder /tmp/pictures

The script needs Playwright, Chromium (/usr/bin/chromium) and charbard[train]. The seeds are random.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SHOWN_S = 90
"""Seconds from the start of a training run until its picture is taken."""


def on_write(page: Page, text: Path) -> None:
    """Show poems on a theme that is typed in the language of the page."""
    page.wait_for_selector(".sheet.is-done")
    is_chinese = page.evaluate("document.documentElement.lang").startswith("zh")
    page.fill(".theme", "秋夜" if is_chinese else "autumn night")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quotes-box")
    page.wait_for_selector(".sheet.is-best")
    page.evaluate("document.activeElement.blur()")


def on_desk(page: Page, text: Path) -> None:
    """Show the first poem being edited."""
    on_write(page, text)
    page.keyboard.press("1")
    page.wait_for_selector(".verdict:not(.faint)")
    page.click('[data-at="1.0"]')  # offers words that answer the first line
    page.wait_for_selector(".choice")


def on_desk_of_phone(page: Page, text: Path) -> None:
    """Show a poem being edited on a phone, with alternatives for a character."""
    page.wait_for_selector(".sheet.is-done")
    page.locator(".sheet .tool").first.click()
    page.wait_for_selector(".verdict:not(.faint)")
    page.locator(".cell").nth(9).click()
    page.wait_for_selector(".choice")


def on_share(page: Page, text: Path) -> None:
    """Show the best poem as a card."""
    on_write(page, text)
    page.locator(".sheet.is-best .tool >> nth=3").click()
    page.wait_for_selector(".card-preview svg")
    page.check("input[name=card-shape][value='3:4']")


def on_look(page: Page, text: Path) -> None:
    """Show the analysis of the best poem, with one character selected."""
    on_write(page, text)
    page.locator(".sheet.is-best .tool").last.click()
    page.wait_for_selector(".units .heat-char")
    characters = page.locator("button.heat-char[data-level]")
    levels = characters.evaluate_all("(all) => all.map((each) => each.dataset.level)")
    characters.nth(levels.index(max(levels))).click()
    page.evaluate("document.activeElement.blur()")
    page.locator(".look-out").evaluate("(box) => scrollTo(0, box.offsetTop - 24)")


def in_workshop(page: Page, text: Path) -> None:
    """Show a training run in progress; reuse a run that is already there."""
    page.goto(f"{page.url.split('#')[0]}#/workshop")
    page.wait_for_selector(".slip .go")
    page.wait_for_timeout(1000)
    if not page.locator(".bench").count():
        page.set_input_files("input[type=file]", text)
        page.check("input[name=minutes][value='3']")
        page.click(".slip .go")
        page.wait_for_selector(".bench .prose-text", timeout=120_000)
        page.wait_for_timeout(SHOWN_S * 1000)
    page.wait_for_selector(".bench .prose-text")


class Shot(NamedTuple):
    """A picture: file name, scene, window size, colour scheme and language."""

    name: str
    scene: Callable[[Page, Path], None]
    width: int = 1280
    height: int = 800
    dark: bool = False
    language: str = "en-GB"


SHOTS = (
    Shot("studio.png", on_write),
    Shot("studio-zh.png", on_write, language="zh-CN"),
    Shot("studio-phone.png", on_write, 390, 844, dark=True, language="zh-CN"),
    Shot("studio-desk.png", on_desk),
    Shot("studio-phone-desk.png", on_desk_of_phone, 390, 844, language="zh-CN"),
    Shot("studio-share.png", on_share),
    Shot("studio-look.png", on_look, 1100, 960),
    Shot("studio-workshop.png", in_workshop),
)


def free_port() -> int:
    """Return an unused port on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    for _ in range(100):
        try:
            urlopen(f"{address}/api/health").close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"no answer from {address}")


def shoot(browser: Browser, address: str, shot: Shot, text: Path, folder: Path) -> None:
    """Set the scene of one picture, and take the picture."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
        locale=shot.language,
    )
    page.goto(address)
    shot.scene(page, text)
    page.screenshot(path=folder / shot.name)
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="a text for the workshop")
    parser.add_argument("--only", help="the name of one picture")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    shots = [shot for shot in SHOTS if options.only in (None, shot.name)]
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with TemporaryDirectory() as workshop, sync_playwright() as play:
        command = [sys.executable, "-m", "charbard", "serve", "--port", str(port), "--workshop"]
        command += ["--set", f"workshop_folder={workshop}"]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for(address)
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for shot in shots:
                shoot(browser, address, shot, options.text, options.folder)
            browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
