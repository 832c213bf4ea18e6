"""What all tests share: a hypothesis profile that is repeatable and does not time single examples."""

import shutil
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import settings

import autograd
import nn

settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=25)
# What takes longer: python -m pytest --hypothesis-profile=thorough
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("suite")


@pytest.fixture
def held_bytes():
    """How much the lines of these packages hold of what they were given: pytest's other threads take memory, too."""
    ours = [tracemalloc.Filter(True, f"{Path(package.__file__).parent}/*") for package in (autograd, nn)]

    def held():
        return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(ours).traces)

    tracemalloc.start()
    yield held
    tracemalloc.stop()


BROWSERS = "chromium", "chromium-browser", "google-chrome"


@pytest.fixture(scope="session")
def chromium():
    """A browser for the tests of pages; they are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the tests of pages need the package playwright")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"the tests of pages need a browser, one of {', '.join(BROWSERS)}: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a file, or ``html=`` as it is; what its console complains of, or what it asks of a network, fails the test.

    ``open_page.looked_at()`` fails at once, and forgets.
    """
    contexts, complaints = [], []

    def opened(path=None, *, html=None, width=1280, height=800, dark=False, still=True, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda asked: asked.url.startswith(("http:", "https:", "ws")) and complaints.append(asked.url)
        )
        if path is None:
            page.set_content(html)
        else:
            page.goto(Path(path).resolve().as_uri())
        return page

    def looked_at():
        told, complaints[:] = list(complaints), []
        assert not told

    opened.looked_at = looked_at
    yield opened
    for context in contexts:
        context.close()
    looked_at()
