"""Take the pictures of the studio in docs/images from a real server and a real browser.

python scripts/take_screenshots.py        needs Playwright and Chromium (/usr/bin/chromium)
"""

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SHOTS = (  # file, width, height, dark, language, whether on the desk
    ("studio.png", 1280, 800, False, "en-GB", False),
    ("studio-zh.png", 1280, 800, False, "zh-CN", False),
    ("studio-phone.png", 390, 844, True, "zh-CN", False),
    ("studio-desk.png", 1280, 800, False, "en-GB", True),
)


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Until the server answers."""
    for _ in range(100):
        try:
            urlopen(f"{address}/api/health").close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"no answer from {address}")


def shoot(browser: Browser, address: str, shot: tuple[str, int, int, bool, str, bool]) -> None:
    """Write poems on a theme, perhaps lay the first on the desk, and take the picture."""
    name, width, height, dark, language, desk = shot
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale=language,
    )
    page.goto(address)
    page.locator("input[type=text], input:not([type])").first.fill("秋夜")
    page.keyboard.press("Enter")
    page.wait_for_timeout(4000)
    if desk:
        page.evaluate("document.activeElement.blur()")  # else the digit goes into the theme
        page.keyboard.press("1")
        page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / name)
    page.close()


def main() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "charbard", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(address)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for shot in SHOTS:
                shoot(browser, address, shot)
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
