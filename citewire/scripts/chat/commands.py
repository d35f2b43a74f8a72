"""What can be said to `citewire chat` besides questions: its commands."""

import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from citewire.errors import CitewireError, ServerFailed
from citewire.scripts.chat.asking import show_end
from citewire.scripts.chat.client import ChatClient
from citewire.scripts.chat.file import ExportFile
from citewire.scripts.chat.links import has_display, link_to
from citewire.scripts.chat.numbers import chosen, number_in, told_range
from citewire.scripts.chat.terminal import Terminal
from citewire.scripts.chat.view import chat_lines, line_of, page_of, quoted_parts, source_lines
from citewire.services.answers.reducer import ToldAnswer

Json = dict[str, Any]
Carry = Callable[[str], Awaitable[None]]

LISTED = 20
HIGHEST = 99
"""What is above is no slip in the number of a conversation, but something to search for: a year."""
HELP = {
    "/sources": "the sources of the last answer",
    "/source N": "the whole passage behind [N], with the words that are cited",
    "/open N": "the page of [N] in the browser",
    "/new": "begin another conversation",
    "/history [WORDS]": "the newest conversations, or those in which the words are found",
    "/history N": "go on with one of them",
    "/export [FILE]": "write this conversation, as Markdown or (.json) JSON; FILE! overwrites",
    "/help": "this list",
    "/quit": "leave, as Ctrl-D does; Ctrl-C stops an answer",
}


@dataclass(slots=True)
class Conversation:
    """Where one is: the chat that goes on (None: the next question begins one), what was shown."""

    chat_id: str | None = None
    answer: ToldAnswer | None = None
    listed: list[Json] = field(default_factory=list)


class Commands:
    """Carries out commands.

    Args:
        client: asks the server.
        terminal: shows what is found.
        conversation: is looked at and changed.
    """

    def __init__(self, client: ChatClient, terminal: Terminal, conversation: Conversation) -> None:
        self._client = client
        self._terminal = terminal
        self._conversation = conversation
        self._commands: dict[str, Carry] = {
            "/sources": self._sources,
            "/source": self._source,
            "/open": self._open,
            "/new": self._new,
            "/history": self._history,
            "/export": self._export,
            "/help": self._help,
        }

    async def carry_out(self, line: str) -> None:
        """One command with what follows it.

        Raises:
            CitewireError: it cannot be done; the message says why.
        """
        name, *rest = line.split(maxsplit=1)
        command = self._commands.get(name.lower())
        if command is None:
            known = ", ".join([*self._commands, "/quit"])
            raise CitewireError(f"there is no command {name}; there are {known}")
        await command("".join(rest))

    async def _help(self, _: str) -> None:
        for command, does in HELP.items():
            self._terminal.line(f"{command:<18}{does}")

    async def _new(self, _: str) -> None:
        self._conversation.chat_id = self._conversation.answer = None
        self._terminal.note("The next question begins another conversation.")

    async def _sources(self, _: str) -> None:
        answer, fates = self._last_answer(), {}
        if not answer.sources:
            self._terminal.note("The last answer has no sources.")
            return
        try:
            fates = await self._client.fates(answer.sources)
        except ServerFailed as error:  # the list is here all the same
            self._terminal.note(f"Whether they are still there is not known: {error}")
        for line in source_lines(answer, fates):
            self._terminal.line(line)

    async def _source(self, number: str) -> None:
        source = self._numbered(number)
        lies = f"{line_of(source['file_name'])} in {line_of(source['folder'])}"
        told = filter(None, (line_of(source["title"]), page_of(source), lies))
        self._terminal.line(f"{', '.join(told)}\n", "bold")
        self._terminal.end_line()
        for text, is_quoted in quoted_parts(self._last_answer(), source):
            marked = is_quoted and not self._terminal.has_styles
            self._terminal.write(
                f">>{text}<<" if marked else text, "reverse" if is_quoted else None
            )
        self._terminal.end_line()
        if source["withheld"]:
            self._terminal.note("Parts of it were not given to the model (hidden text).")

    async def _open(self, number: str) -> None:
        source = self._numbered(number)
        fate = (await self._client.fates([source]))[source["passage_id"]]
        url = await link_to(source, fate, self._last_answer(), self._client)
        if fate["note"]:
            self._terminal.note(fate["note"])
        self._terminal.line(url)
        if self._client.has_key:
            self._terminal.note("It is shown to those who have the API key.")
        if not has_display():
            self._terminal.note("There is no display here to open it on.")
        elif not webbrowser.open(url):
            self._terminal.note("No browser could be started.")

    async def _history(self, which: str) -> None:
        conversation = self._conversation
        number = number_in(which)
        if number is None or number > max(HIGHEST, len(conversation.listed)):
            conversation.listed = await self._client.chats(limit=LISTED, q=which)
            for line in chat_lines(conversation.listed):
                self._terminal.line(line)
            if not conversation.listed:
                self._terminal.note("No conversations are found.")
            return
        if not conversation.listed:
            conversation.listed = await self._client.chats(limit=LISTED, q="")
        chat = chosen(number, conversation.listed, "conversation")
        await self.go_on_with(chat["chat_id"])

    async def resume(self, chat_id: str) -> None:
        """Go on with a chat as `go_on_with` does, and show nothing of it."""
        chat = await self._client.chat(chat_id, last=2)
        answers = [message for message in chat["turns"] if message["role"] == "assistant"]
        self._conversation.chat_id = chat_id
        self._conversation.answer = (
            ToldAnswer.from_message(chat_id, answers[-1]) if answers else None
        )

    async def go_on_with(self, chat_id: str) -> None:
        """Show the turns of a chat; the next question goes on from there."""
        chat = await self._client.chat(chat_id)
        self._conversation.chat_id, self._conversation.answer = chat_id, None
        self._terminal.line(line_of(chat["title"]), "bold")
        for message in chat["turns"]:
            if message["role"] == "user":
                self._terminal.line(f"\n> {message['text']}", "bold")
                continue
            self._conversation.answer = answer = ToldAnswer.from_message(chat_id, message)
            self._terminal.write(answer.text)
            show_end(answer, self._terminal)

    async def _export(self, name: str) -> None:
        chat_id = self._conversation.chat_id
        if chat_id is None:
            raise CitewireError("there is nothing to export yet")
        file = ExportFile.told(name or f"chat-{chat_id[:8]}.md")
        file.write(await self._client.export(chat_id, file.format))
        self._terminal.note(f"Written: {file.path}")

    def _last_answer(self) -> ToldAnswer:
        if self._conversation.answer is None:
            raise CitewireError("there is no answer yet")
        return self._conversation.answer

    def _numbered(self, number: str) -> Json:
        sources = dict(self._last_answer().numbered())
        if not sources:
            raise CitewireError("the last answer has no sources")
        wanted = number_in(number)
        if wanted not in sources:
            raise CitewireError(f"the last answer has the sources {told_range(list(sources))}")
        return sources[wanted]
