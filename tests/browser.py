"""A real browser before real pages: what it sees, what it cannot do, what spills."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep

import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (1280, 360)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, silent on the network."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The base URL of *app*, served on a free port by a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    socket = server.config.bind_socket()
    thread = Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    while not server.started:
        sleep(0.01)
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    socket.close()


def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong in *page* as it is now: all its rules but AAA, or only *rules*."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        """rules => {
            const all = axe.getRules().filter(r => !r.tags.includes("wcag2aaa")).map(r => r.ruleId)
            const runOnly = {type: "rule", values: rules.length ? rules : all}
            return axe.run({resultTypes: ["violations"], runOnly}).then(r => r.violations)
        }""",
        rules,
    )
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


def spills(page: Page) -> bool:
    """Tell whether *page* scrolls sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"))
