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


TIERS = ["unit", "redis", "server", "crash"]
NEEDS = {"redis_url": "redis", "stoppable_redis": "redis", "start_server": "server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier; what it needs must not belong to a higher one."""
    for item in items:
        tier = item.path.relative_to(Path(__file__).parent).parts[0]
        item.add_marker(tier)
        for name in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            if TIERS.index(NEEDS[name]) > TIERS.index(tier):
                raise pytest.UsageError(f"{item.nodeid} needs {name} and is in the tier {tier}")
