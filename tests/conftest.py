"""Where the fixtures are; each module holds those of one part. A test's folder is its tier."""

import signal
from pathlib import Path

import pytest

# A shell that runs the tests in the background lets them ignore Ctrl-C, which what they start would
# inherit; some tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = [
    "tests.doubles.redis_fixtures",
    "tests.doubles.standin_fixtures",
    "tests.doubles.server_fixtures",
    "tests.doubles.ingest_fixtures",
    "tests.doubles.crash_fixtures",
    "tests.doubles.citing_fixtures",
    "tests.doubles.chat_fixtures",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier, so that `-m "unit or redis"` runs the quick ones."""
    for item in items:
        item.add_marker(item.path.relative_to(Path(__file__).parent).parts[0])
