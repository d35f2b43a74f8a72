"""One setting: a field with its default, its sentence, its unit, and what "off" means for it."""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

OFF = "off"
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class About:
    """What a setting says of itself beside its type, limits and description.

    `off` is a tuple of the one value that the word "off" stands for, empty where the setting
    cannot be off; `unset` says what happens without a value, `form` how one must look.
    """

    unit: str | None = None
    off: tuple[object, ...] = ()
    unset: str | None = None
    example: str | None = None
    form: str | None = None

    @classmethod
    def of(cls, field: FieldInfo) -> "About":
        """What `setting` was told."""
        extra = field.json_schema_extra
        return cls(**extra) if isinstance(extra, dict) else cls()  # type: ignore[arg-type]


def setting(
    default: object,
    says: str,
    *,
    unit: str | None = None,
    off: tuple[object, ...] = (),
    unset: str | None = None,
    example: str | None = None,
    form: str | None = None,
    **limits: Any,
) -> Any:
    """A field of a group.

    Args:
        default: the value, or what makes it.
        says: one sentence on what it is.
        unit: of a number.
        off: see `About`.
        unset: see `About`.
        example: shown instead of a default.
        form: see `About`.
        limits: pydantic's, as `ge=1`. A number of seconds is at most that of a year.
    """
    extra = {"unit": unit, "off": off, "unset": unset, "example": example, "form": form}
    if unit == "seconds":
        limits.setdefault("le", YEAR_S)
    made: dict[str, Any] = (
        {"default_factory": default} if callable(default) else {"default": default}
    )
    return Field(**made, description=says, json_schema_extra=extra, **limits)  # type: ignore[arg-type]


class SettingsGroup(BaseModel):
    """Settings that belong together; the docstring's first line is their heading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _understand_off(cls, value: object, info: ValidationInfo) -> object:
        field = cls.model_fields[str(info.field_name)]
        if not (isinstance(value, str) and value.strip().lower() == OFF):
            return value
        if off := About.of(field).off:
            return off[0]
        if field.annotation is bool or OFF in get_args(field.annotation):
            return value
        raise ValueError("this cannot be off")
