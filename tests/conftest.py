"""Where the fixtures are; each module holds those of one part."""

pytest_plugins = [
    "tests.redis_fixtures",
    "tests.standin_fixtures",
    "tests.server_fixtures",
    "tests.ingest_fixtures",
    "tests.crash_fixtures",
    "tests.citing_fixtures",
    "tests.chat_fixtures",
]
