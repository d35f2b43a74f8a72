"""`citewire chat`: a conversation in the terminal, with a server that runs or with its own."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from citewire.errors import CitewireError, ConfigurationError
from citewire.scripts.chat.asking import Asking
from citewire.scripts.chat.client import ChatClient
from citewire.scripts.chat.commands import Commands, Conversation
from citewire.scripts.chat.finding import find_server
from citewire.scripts.chat.terminal import Terminal, line_editing
from citewire.settings import Settings
from citewire.storage.keys import IDENTIFIER

QUIT = "/quit"
INTERRUPTED = 130


def chat(
    settings: Settings,
    *,
    owner: str,
    url: str | None,
    chat_id: str | None,
    folders: Sequence[str],
    question: str | None,
) -> int:
    """Converse, or answer `question` alone; gives the exit code.

    Args:
        settings: say where a server may be and what one's own is to do.
        owner: whose reports a server of one's own is about; a running one goes by the key.
        url: of the server to ask; None: the one of the settings if it runs, else one's own.
        chat_id: the conversation to go on with; None begins one.
        folders: to answer from these only; empty: from all.
        question: is answered, and that is all; None: those that are typed or piped in.
    """
    _check_text({"QUESTION": [question], "--url": [url], "--folder": folders})
    if chat_id is not None and not re.fullmatch(IDENTIFIER, chat_id):
        raise ConfigurationError(f"--chat: {chat_id!r} is not the id of a conversation")
    terminal = Terminal()
    with ExitStack() as stack:
        stack.callback(terminal.clear_status)
        address = stack.enter_context(
            find_server(settings, owner=owner, url=url, note=terminal.note, busy=terminal.status)
        )
        runner = stack.enter_context(asyncio.Runner())
        http = address.open()
        stack.callback(lambda: runner.run(http.aclose()))
        talk = _Talk(runner, ChatClient(http), terminal, folders)
        talk.check_folders()
        if question is not None:
            talk.conversation.chat_id = chat_id
            return talk.ask(question)
        if terminal.is_interactive:
            stack.enter_context(line_editing(settings.storage.data_dir / "chat_history"))
            return talk.converse(chat_id)
        return talk.answer_all(chat_id)


def _check_text(arguments: Mapping[str, Sequence[str | None]]) -> None:
    """ConfigurationError if one has bytes that are no text, which Python hands on as surrogates."""
    for name, values in arguments.items():
        try:
            "".join(filter(None, values)).encode()
        except UnicodeEncodeError as error:
            raise ConfigurationError(f"{name}: it is not text in UTF-8") from error


class _Talk:
    """A conversation from line to line; each call runs the event loop for as long as it takes."""

    def __init__(
        self,
        runner: asyncio.Runner,
        client: ChatClient,
        terminal: Terminal,
        folders: Sequence[str],
    ) -> None:
        self.conversation = Conversation()
        self._runner = runner
        self._client = client
        self._terminal = terminal
        self._folders = folders
        self._commands = Commands(client, terminal, self.conversation)

    def check_folders(self) -> None:
        """A folder that there is not would only ever give no evidence: CitewireError."""
        if not self._folders:
            return
        known = self._runner.run(self._client.folders())
        unknown = [folder for folder in self._folders if folder not in known]
        if unknown:
            have = ", ".join(sorted(known)) or "none"
            raise CitewireError(f"there is no folder {', '.join(unknown)}; there are: {have}")

    def ask(self, question: str) -> int:
        """Answer one question; gives 0, 1 if there is no whole answer, 130 after Ctrl-C."""
        asking = Asking(self._client, self._terminal)
        answer = self._runner.run(
            asking.ask(question, chat_id=self.conversation.chat_id, folders=self._folders)
        )
        if answer.chat_id:
            self.conversation.chat_id, self.conversation.answer = answer.chat_id, answer
        if asking.is_interrupted:
            return INTERRUPTED
        return 0 if answer.end == "done" else 1

    def converse(self, chat_id: str | None) -> int:
        """Ask and tell until the person leaves."""
        self._terminal.note("Ask about your reports. /help lists the commands, /quit leaves.")
        if chat_id is not None:
            self._runner.run(self._commands.go_on_with(chat_id))
        for line in self._terminal.lines():
            if line.lower() == QUIT:
                break
            try:
                self._take(line)
            except KeyboardInterrupt:  # not while an answer comes: that takes it as a stop
                self._terminal.note("Interrupted.")
        return 0

    def answer_all(self, chat_id: str | None) -> int:
        """Answer what is piped in, line by line; gives 1 if anything failed."""
        if chat_id is not None:
            self._runner.run(self._commands.resume(chat_id))
        code = 0
        for number, line in enumerate(self._terminal.lines()):
            if line.lower() == QUIT:
                break
            if number:
                self._terminal.line()
            done = self._take(line)
            if done == INTERRUPTED:
                return done
            code = max(code, done)
        return code

    def _take(self, line: str) -> int:
        if not line.startswith("/"):
            return self.ask(line)
        try:
            self._runner.run(self._commands.carry_out(line))
        except CitewireError as error:
            self._terminal.note(str(error), "red")
            return 1
        return 0
