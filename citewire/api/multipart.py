"""Multipart bodies read as they arrive: each piece of a file goes straight to where it is stored.

Starlette's own reader keeps files in memory or in the system's temporary folder, which may be
memory, too, and looks at no name before the last byte is there.
"""

import asyncio
from typing import Protocol

import anyio
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from citewire.errors import InvalidUpload, UploadStalled

SILENCE_S = 30.0
MAX_FIELD_BYTES = 4096
MAX_PARTS = 2000


class FileSink(Protocol):
    """Takes files one after another; its methods block."""

    def begin(self, given_name: str) -> None:
        """A file of that name begins."""

    def write(self, data: bytes) -> None:
        """More of it."""

    def end(self) -> None:
        """It is complete."""


async def receive_form(request: Request, sink: FileSink) -> dict[str, str]:
    """Give the files of a multipart body to `sink`, and the other fields back.

    Raises:
        InvalidUpload: the body is no multipart form, or cut off.
        UploadStalled: nothing more of it arrives.
        CitewireError: whatever the sink refuses.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        sent = f"it is {kind.decode('latin-1')[:100]}" if kind else "it does not say what it is"
        raise InvalidUpload(f"the body must be multipart/form-data with a boundary; {sent}")
    body = request.stream()
    try:
        form = _Form(boundary, sink)
        while True:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(body, None)
            if piece is None:
                break
            await anyio.to_thread.run_sync(form.feed, piece)
        form.finish()
    except TimeoutError as error:
        raise UploadStalled(f"nothing arrived for {SILENCE_S:g} s") from error
    except (FormParserError, ClientDisconnect) as error:
        raise InvalidUpload("the multipart body is broken or cut off") from error
    return form.fields


class _Form:
    """A multipart body on its way."""

    def __init__(self, boundary: bytes, sink: FileSink) -> None:
        self.fields: dict[str, str] = {}
        self._sink = sink
        self._parts = 0
        self._name = ""
        self._is_file = False
        self._is_whole = False
        self._value = bytearray()
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Take a piece of the body."""
        self._parser.write(data)

    def finish(self) -> None:
        """The body is over."""
        self._parser.finalize()
        if not self._is_whole:
            raise InvalidUpload("the multipart body is broken or cut off")

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise InvalidUpload("the multipart body has too many parts")
        self._disposition = b""
        self._value.clear()

    def _header_end(self) -> None:
        name, value = self._header
        if bytes(name).lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if self._is_file:
            name = options[b"filename"].decode("utf-8", "replace")
            # The one character of a name that clients must write otherwise.
            self._sink.begin(name.replace("%22", '"'))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._sink.write(data[start:end])
        elif len(self._value) + end - start > MAX_FIELD_BYTES:
            raise InvalidUpload(f"{self._name[:40]}: too long")
        else:
            self._value += data[start:end]

    def _part_end(self) -> None:
        if self._is_file:
            self._sink.end()
        else:
            self.fields[self._name] = self._value.decode("utf-8", "replace")

    def _end(self) -> None:
        self._is_whole = True
