"""Where the fixtures are; each module holds those of one part."""

import signal

# A shell that runs the tests in the background lets them ignore Ctrl-C, which what they start would
# inherit; some tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = [
    "tests.redis_fixtures",
    "tests.standin_fixtures",
    "tests.server_fixtures",
    "tests.ingest_fixtures",
    "tests.crash_fixtures",
    "tests.citing_fixtures",
    "tests.chat_fixtures",
]
