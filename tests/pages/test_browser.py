"""What the tests of pages rest on: the browser runs, and what a page does wrong is noticed."""

import pytest


def test_a_page_computes_and_tells(open_page):
    page = open_page(html="<output></output><script>document.querySelector('output').textContent = 0.1 + 0.2</script>")
    assert float(page.inner_text("output")) == 0.1 + 0.2


@pytest.mark.parametrize("fault", ["console.error('no')", "throw Error('no')", "fetch('http://127.0.0.1:9/no')"])
def test_a_fault_of_a_page_is_noticed(open_page, fault):
    page = open_page(html=f"<script>{fault}</script>")
    page.wait_for_timeout(50)
    with pytest.raises(AssertionError):
        open_page.looked_at()
