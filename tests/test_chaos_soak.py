"""A short soak: everything that visitors ask, mixed; nothing fails. `make soak` watches the memory for long enough."""

import pytest

from bench.soak import soak
from tests.chaos import SCALE
from tests.site_server import running_site

pytestmark = pytest.mark.xdist_group("server")


def test_nothing_fails_and_no_file_stays_open(ready_var):
    with running_site(ready_var, PAGE_CACHE="8") as site:
        figures = soak(site, 20 * SCALE, 60)
        assert figures["requests per second"] > 1 and not figures["wrong"], figures
        assert figures["open files at last"] - figures["open files at first"] < 60, figures
        assert "Traceback" not in site.printed
