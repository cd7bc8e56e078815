"""Measure the page in a real browser: time to first paint, and from a click to the first line.

    charbard serve verse -q --set rate=1e9 --set burst=1000000000 &
    python benchmarks/page.py --runs 20
    python benchmarks/page.py --runs 20 --network fast-3g

The script needs Playwright and Chromium. Each visit has a fresh context, so nothing is cached.
First paint is Chromium's first-contentful-paint, from the start of navigation. A line is timed
from the click on the write button until its text is in the document. The first poems are timed
from the start of navigation until four of them are done.
"""

import argparse
import json
import os
import shutil
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NETWORKS = {"fast-3g": {"down_bps": 1_600_000, "up_bps": 768_000, "latency_ms": 150}}
"""Network profiles as WebPageTest defines them; Chromium delays each request by the latency."""
PATIENCE_MS = 180_000
"""Timeout of the browser, long enough for a busy machine."""
PAINT = """new Promise((found) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName('first-contentful-paint')[0];
  if (paint) found(paint.startTime);
}).observe({ type: 'paint', buffered: true }))"""
LINE = """new Promise((found) => {
  const written = () => [...document.querySelectorAll('.sheet .poem-line:not(.is-open)')].length;
  const began = performance.now();
  document.querySelector('.go').click();
  const watch = new MutationObserver(() => {
    if (!written()) return;
    watch.disconnect();
    found(performance.now() - began);
  });
  watch.observe(document.querySelector('.board-box'), { subtree: true, childList: true });
})"""


def slow_down(page: Page, network: str) -> None:
    """Emulate a network with the DevTools protocol."""
    about = NETWORKS[network]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": about["latency_ms"],
            "downloadThroughput": about["down_bps"] / 8,
            "uploadThroughput": about["up_bps"] / 8,
        },
    )


def visit(browser: Browser, url: str, network: str | None) -> dict[str, float]:
    """Simulate a new visitor who waits for the first poems and then writes again."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if network is not None:
        slow_down(page, network)
    page.goto(url)
    paint = page.evaluate(PAINT)
    page.wait_for_selector(".sheet.is-done")
    page.wait_for_selector(".sheet:not(.is-done)", state="detached")
    poems = page.evaluate("performance.now()")
    line = page.evaluate(LINE)
    context.close()
    return {"first_paint_ms": paint, "first_poems_ms": poems, "first_line_ms": line}


def report(visits: list[dict[str, float]]) -> dict[str, Any]:
    """Return the best, the median and the worst of each time."""
    return {
        name: {
            "best": round(min(times), 1),
            "median": round(median(times), 1),
            "worst": round(max(times), 1),
        }
        for name in visits[0]
        for times in [[one[name] for one in visits]]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--network", choices=NETWORKS, help="none: as fast as it comes")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium, args=FLAGS + QUIET)
        visit(browser, options.url, None)  # includes the browser's own start
        visits = [visit(browser, options.url, options.network) for _ in range(options.runs)]
        browser.close()
    load = [round(one, 2) for one in os.getloadavg()]
    print(json.dumps({"runs": options.runs, "load_average": load, **report(visits)}))


if __name__ == "__main__":
    main()
