"""The settings: where they come from, and that what is wrong is named."""

from pathlib import Path

import pytest

from citewire.errors import ConfigurationError
from citewire.settings import env_name, load_settings
from citewire.settings.field import About
from citewire.settings.settings import FIELDS, GROUP_OF, groups


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in GROUP_OF:
        monkeypatch.delenv(env_name(name), raising=False)


def test_without_any_setting_all_is_local() -> None:
    settings = load_settings()

    assert (settings.models.answers_from, settings.models.embeddings_from) == (
        "extractive",
        "local",
    )
    assert settings.storage.redis_url is None


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_provider_answers_and_embeds(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://localhost:1/v1")
    settings = load_settings()

    assert (settings.models.answers_from, settings.models.embeddings_from) == ("openai", "openai")


def test_parts_may_stay_local_beside_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    monkeypatch.setenv("CITEWIRE_EMBEDDINGS", "local")
    settings = load_settings()

    assert (settings.models.answers_from, settings.models.embeddings_from) == ("openai", "local")


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWIRE_SIMILARITY_TOP_K", "9")

    assert load_settings().retrieval.similarity_top_k == 9


def test_a_setting_is_read_from_the_env_file() -> None:
    Path(".env").write_text("CITEWIRE_PORT=8123\nOPENAI_API_KEY=sk-file\nOTHER=1\n", "utf-8")
    settings = load_settings()

    assert settings.server.port == 8123
    assert settings.models.openai_api_key is not None
    assert settings.models.openai_api_key.get_secret_value() == "sk-file"


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("CITEWIRE_PORT=8123\n", "utf-8")
    monkeypatch.setenv("CITEWIRE_PORT", "8124")

    assert load_settings().server.port == 8124


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWIRE_PORT", "8124")

    assert load_settings(port=8125).server.port == 8125


def test_an_unknown_setting_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWIRE_SIMILARITY_TOP", "9")

    with pytest.raises(ConfigurationError, match=r"unknown.*CITEWIRE_SIMILARITY_TOP\b"):
        load_settings()


def test_an_unknown_setting_in_the_env_file_is_an_error_too() -> None:
    Path(".env").write_text("CITEWIRE_PROT=8123\n", "utf-8")

    with pytest.raises(ConfigurationError, match="CITEWIRE_PROT"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CITEWIRE_PORT", "many"),
        ("CITEWIRE_PORT", "70000"),
        ("CITEWIRE_MAX_RUNS", "0"),
        ("CITEWIRE_NAMESPACE", "a:b"),
        ("CITEWIRE_INDEX_ALGORITHM", "tree"),
        ("CITEWIRE_RUN_TIMEOUT_S", "-1"),
        ("CITEWIRE_MAX_MESSAGE_CHARS", "8001"),
    ],
)
def test_a_value_that_is_not_valid_is_an_error_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=name):
        load_settings()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"CITEWIRE_ANSWERS": "openai"}, ("CITEWIRE_ANSWERS", "OPENAI_API_KEY")),
        ({"CITEWIRE_EMBEDDINGS": "openai"}, ("CITEWIRE_EMBEDDINGS", "OPENAI_API_KEY")),
        (
            {"CITEWIRE_PASSAGE_TOKENS": "64", "CITEWIRE_PASSAGE_OVERLAP": "64"},
            ("CITEWIRE_PASSAGE_TOKENS", "CITEWIRE_PASSAGE_OVERLAP"),
        ),
        (
            {"CITEWIRE_FIRST_TOKEN_TIMEOUT_S": "9", "CITEWIRE_RUN_TIMEOUT_S": "8"},
            ("CITEWIRE_FIRST_TOKEN_TIMEOUT_S", "CITEWIRE_RUN_TIMEOUT_S"),
        ),
        ({"CITEWIRE_EMBED_DIM": "512"}, ("CITEWIRE_EMBED_DIM",)),
    ],
)
def test_settings_that_contradict_each_other_are_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: tuple[str, ...]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert [name for name in named if name not in str(caught.value)] == []


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "CITEWIRE_REDIS_URL"])
def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "redis://:hush@localhost")
    settings = load_settings()

    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_an_error_does_not_repeat_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hush")
    monkeypatch.setenv("CITEWIRE_PORT", "many")

    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_an_unknown_setting_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWIRE_PROT", "8123")

    with pytest.raises(ConfigurationError, match=r"CITEWIRE_PROT \(did you mean CITEWIRE_PORT\?\)"):
        load_settings()


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if About.of(field).off])
@pytest.mark.parametrize("word", ["off", "Off"])
def test_whatever_can_be_off_understands_the_word(name: str, word: str) -> None:
    [off] = About.of(FIELDS[name]).off
    more = {"run_log": "on"} if name == "disconnect_grace_s" else {}

    assert load_settings(**{name: word}, **more).flat()[name] == off


@pytest.mark.parametrize(
    "name", [name for name, field in FIELDS.items() if field.annotation is bool]
)
@pytest.mark.parametrize(("word", "is_on"), [("on", True), ("off", False), ("true", True)])
def test_a_switch_is_on_or_off(name: str, word: str, is_on: bool) -> None:
    assert load_settings(**{name: word}).flat()[name] is is_on


def test_what_cannot_be_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWIRE_RUN_TIMEOUT_S", "off")

    with pytest.raises(ConfigurationError, match="CITEWIRE_RUN_TIMEOUT_S"):
        load_settings()


def test_keys_of_the_env_file_are_switched_off_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("CITEWIRE_API_KEYS=ann:key1\n", "utf-8")
    monkeypatch.setenv("CITEWIRE_API_KEYS", "off")

    assert not load_settings().access.has_api_keys


def test_a_name_is_in_one_group_only() -> None:
    names = [name for group in groups().values() for name in group.model_fields]

    assert sorted(names) == sorted(set(names))


def test_changes_are_checked_like_anything_else() -> None:
    assert load_settings(port=1).with_changes(port=2, chat_ttl_days="off").server.port == 2
    with pytest.raises(ConfigurationError, match="CITEWIRE_PORT"):
        load_settings().with_changes(port=70_000)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().server.port = 1  # type: ignore[misc]


def test_every_timeout_of_a_run_is_a_setting_with_a_default() -> None:
    settings = load_settings()

    assert (
        settings.models.idle_timeout_s
        < settings.models.first_token_timeout_s
        < settings.runs.run_timeout_s
    )


def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CITEWIRE_REDIS_URL", "CITEWIRE_NAMESPACE"):
        monkeypatch.setenv(name, "")

    settings = load_settings()

    assert not settings.models.has_provider
    assert settings.storage.redis_url is None
    assert settings.storage.namespace == "citewire"


@pytest.mark.parametrize("line", ['CITEWIRE_API_KEYS="ann:key', "CITEWIRE_API_KEYS: ann:key"])
def test_a_line_of_the_env_file_that_is_no_setting_is_an_error(line: str) -> None:
    Path(".env").write_text(f"CITEWIRE_PORT=9001\n{line}\n", "utf-8")

    with pytest.raises(ConfigurationError, match=r"\.env, line 2"):
        load_settings()


def test_an_env_file_that_is_not_utf_8_is_an_error() -> None:
    Path(".env").write_bytes(b"CITEWIRE_MODEL=caf\xe9\n")

    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_settings()


def test_the_data_folder_is_one_place_from_wherever_it_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert load_settings(data_dir="~/data").storage.data_dir == tmp_path / "data"


@pytest.mark.parametrize("value", ["inf", "nan", "1e300"])
def test_a_time_is_a_number_of_seconds_within_a_year(value: str) -> None:
    with pytest.raises(ConfigurationError, match="CITEWIRE_RUN_TIMEOUT_S"):
        load_settings(run_timeout_s=value)


@pytest.mark.parametrize("hosts", ["http://reports.example.org", "reports.example.org:80", "*"])
def test_a_host_is_a_name_and_no_more(hosts: str) -> None:
    with pytest.raises(ConfigurationError, match="CITEWIRE_HOSTS"):
        load_settings(hosts=hosts)


@pytest.mark.parametrize("hosts", ["reports.example.org, 10.0.0.7", "[::1]", "localhost", "off"])
def test_names_and_addresses_are_hosts(hosts: str) -> None:
    load_settings(hosts=hosts)


def test_a_pattern_is_told_in_words() -> None:
    with pytest.raises(ConfigurationError, match="small letters, digits"):
        load_settings(namespace="a b:c*")


def test_a_key_that_is_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "off")

    assert not load_settings().models.has_provider
    with pytest.raises(ConfigurationError, match="CITEWIRE_CONTEXT_WINDOW: this cannot be off"):
        load_settings(context_window="off")
