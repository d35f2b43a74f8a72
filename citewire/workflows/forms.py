"""A model that fills in a form: one call with one tool, whose arguments have a strict schema."""

from typing import Any, Protocol, TypeVar

from llama_index.core.base.llms.types import ChatMessage
from pydantic import BaseModel, ValidationError

from citewire.errors import ModelRejected

Form = TypeVar("Form", bound=BaseModel)


class FormFilling(Protocol):
    """A language model that fills in forms."""

    async def afill(self, messages: list[ChatMessage], form: type[Form]) -> Form:
        """`form`, filled in from `messages`.

        Raises:
            ModelError: of the class that fits the fault; ModelRejected also where the provider
                has no tools or the form comes back otherwise than asked for.
        """


def asking_for(form: type[BaseModel]) -> dict[str, Any]:
    """The parts of a request that make the model fill in `form` and say nothing else."""
    schema = form.model_json_schema()
    schema.pop("description", None)
    schema["required"] = list(schema["properties"])  # as strict schemas want it
    function = {
        "name": form.__name__,
        "description": form.__doc__ or "",
        "parameters": schema,
        "strict": True,
    }
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": form.__name__}},
    }


def filled(form: type[Form], message: dict[str, Any]) -> Form:
    """The form that a message of the provider holds.

    Raises:
        ModelRejected: it holds none, or one that is not filled in as asked for.
    """
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        if function.get("name") == form.__name__:
            try:
                return form.model_validate_json(function.get("arguments") or "")
            except ValidationError as error:
                raise ModelRejected(f"the model filled in {form.__name__} wrongly") from error
    raise ModelRejected("the model does not fill in forms: it may have no tools")
