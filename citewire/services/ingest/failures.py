"""What is raised when several tasks of a run end at once."""

from collections.abc import Iterator

from citewire.errors import CitewireError, DocumentError, ModelError


class FirstError:
    """Gives the error that ended a task group, by itself: who catches it knows errors of ours."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, BaseExceptionGroup):
            return
        errors = list(_leaves(error))
        ours = [error for error in errors if isinstance(error, CitewireError)]
        if len(ours) < len(errors):
            return  # a mistake of ours: with all there is to know
        # What stops the run goes before what concerns a document.
        ours.sort(key=lambda one: isinstance(one, (DocumentError, ModelError)))
        raise ours[0] from error


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for exception in error.exceptions:
            yield from _leaves(exception)
    else:
        yield error
