"""All settings together: built from values by their names, and checked against each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from citewire.errors import ConfigurationError
from citewire.settings.field import About, SettingsGroup
from citewire.settings.groups import (
    AccessSettings,
    ChatSettings,
    CitationSettings,
    IngestionSettings,
    ModelSettings,
    RetrievalSettings,
    RunSettings,
    ServerSettings,
    StepSettings,
    StorageSettings,
    UploadSettings,
)
from citewire.settings.sign_in import SignInSettings

PREFIX = "CITEWIRE_"


@dataclass(frozen=True, slots=True)
class LibraryRoom:
    """How much one owner, or one shared collection, may have.

    Args:
        passages: None for any number.
        documents: None for any number.
        upload_bytes: of uploaded files.
        jobs: that are carried out, or wait, in one worker.
        per: how the names of the settings go on that say so.
    """

    passages: int | None
    documents: int | None
    upload_bytes: int
    jobs: int
    per: Literal["OWNER", "COLLECTION"]


class Settings(BaseModel):
    """All that can be set, in groups. Read it with `load_settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    storage: StorageSettings
    models: ModelSettings
    retrieval: RetrievalSettings
    ingestion: IngestionSettings
    citations: CitationSettings
    steps: StepSettings
    chats: ChatSettings
    runs: RunSettings
    access: AccessSettings
    sign_in: SignInSettings
    uploads: UploadSettings
    server: ServerSettings

    @classmethod
    def build(cls, values: Mapping[str, object]) -> "Settings":
        """The settings with `values`, by their names, and the defaults of the others.

        Raises:
            ConfigurationError: a value is not valid, or two contradict each other.
        """
        groups: dict[str, dict[str, object]] = {group: {} for group in cls.model_fields}
        for name, value in values.items():
            groups[GROUP_OF[name]][name] = value
        try:
            return cls.model_validate(groups)
        except ValidationError as error:
            raise ConfigurationError(_describe(error)) from None

    def flat(self) -> dict[str, Any]:
        """All values by their names, secrets as such."""
        return {name: getattr(getattr(self, group), name) for name, group in GROUP_OF.items()}

    def with_changes(self, **changes: object) -> "Settings":
        """The same but for `changes`; raises as `build`."""
        return self.build({**self.flat(), **changes})

    @property
    def is_closed(self) -> bool:
        """Whether requests need a key or session."""
        is_keyed = self.access.has_api_keys or self.access.require_key
        return is_keyed or self.sign_in.knows_people

    @property
    def runs_per_owner(self) -> int:
        """How many answers one owner may have under way; 0: any number."""
        limit = self.access.max_runs_per_owner
        if limit is not None:
            return limit
        return max(1, self.server.max_runs // 2) if self.is_closed else 0

    @property
    def readers_per_owner(self) -> int | None:
        """How many streams of one owner may follow runs in a worker; None: any number."""
        return self.access.max_readers_per_owner or (16 if self.is_closed else None)

    @property
    def room_per_owner(self) -> LibraryRoom:
        """How much one owner may have."""
        space = self.uploads.max_upload_space_bytes
        share = space // 2 if self.is_closed else space
        return LibraryRoom(
            passages=self.access.max_passages_per_owner,
            documents=self.access.max_documents_per_owner,
            upload_bytes=self.uploads.max_upload_space_per_owner_bytes or share,
            jobs=self.uploads.max_jobs_per_owner,
            per="OWNER",
        )

    @property
    def room_per_collection(self) -> LibraryRoom:
        """How much one shared collection may have."""
        own = self.room_per_owner
        return LibraryRoom(
            passages=self.access.max_passages_per_collection or own.passages,
            documents=self.access.max_documents_per_collection or own.documents,
            upload_bytes=self.uploads.max_upload_space_per_collection_bytes or own.upload_bytes,
            jobs=self.uploads.max_jobs_per_collection or own.jobs,
            per="COLLECTION",
        )

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if self.models.answers_from == "extractive":
            asked = {"VERIFY": self.citations.verify, "SCREEN": self.steps.screen}
            for which, who in {**asked, "ROUTE": self.steps.route}.items():
                if who == "model":
                    raise ValueError(
                        f"CITEWIRE_{which}=model needs a language model (CITEWIRE_ANSWERS)"
                    )
        if self.models.first_token_timeout_s > self.runs.run_timeout_s:
            raise ValueError(
                "CITEWIRE_FIRST_TOKEN_TIMEOUT_S must not be longer than CITEWIRE_RUN_TIMEOUT_S"
            )
        return self


def groups() -> dict[str, type[SettingsGroup]]:
    """The groups, by their names in `Settings`."""
    annotated = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: group
        for name, group in annotated.items()
        if isinstance(group, type) and issubclass(group, SettingsGroup)
    }


FIELDS = {name: field for kind in groups().values() for name, field in kind.model_fields.items()}
GROUP_OF = {name: group for group, kind in groups().items() for name in kind.model_fields}
"""In which group of `Settings` each setting is."""


def env_name(name: str) -> str:
    """The environment variable that sets `name`."""
    return name.upper() if name.startswith("openai_") else f"{PREFIX}{name.upper()}"


def _describe(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][-1]) if problem["loc"] else ""
        said = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "string_pattern_mismatch" and (form := About.of(FIELDS[name]).form):
            said = f"must be {form}"
        lines.append(f"{env_name(name)}: {said}" if name in GROUP_OF else said)
    return "; ".join(lines)
