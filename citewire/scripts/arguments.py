"""The arguments of the `citewire` command."""

import argparse
from pathlib import Path
from typing import TypeAlias

from citewire import __version__
from citewire.scripts import commands
from citewire.services.access.caller import Scope
from citewire.storage.keys import DEFAULT_OWNER

MOST_DAYS = 3650

Arguments: TypeAlias = "argparse._ActionsContainer"
Kinds: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


FORMATS = ("json", "md", "html", "docx", "pdf")
"""Of exported chats."""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="citewire", description="Streamed, cited answers from folders of reports."
    )
    parser.add_argument("--version", action="version", version=__version__)
    kinds = parser.add_subparsers(dest="command", required=True)
    serve = kinds.add_parser("serve", help="answer questions over HTTP")
    serve.set_defaults(run=commands.run_serve)
    serve.add_argument("--host", help="address to listen on (CITEWIRE_HOST)")
    serve.add_argument("--port", type=int, help="port to listen on (CITEWIRE_PORT)")
    serve.add_argument("--workers", type=int, help="processes that share it (CITEWIRE_WORKERS)")
    _add_chat(kinds)
    _add_mcp(kinds)
    _add_ingest(kinds)
    read = kinds.add_parser(
        "read",
        help="show what would be taken from a file; nothing is stored",
        description="Print what would be taken from each file, page by page, with tables as "
        "tables. Pages without usable text, and pictures, are read by OCR, which takes a while. "
        "Notes about what was not read go to the error output, or into the JSON.",
    )
    read.set_defaults(run=commands.run_read)
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument(
        "--format",
        choices=("markdown", "json"),
        default="markdown",
        help="text for people (default), or all that is known of it, for programs",
    )
    read.add_argument(
        "--ocr",
        choices=("auto", "off", "force"),
        default="auto",
        help="read pages from their picture (default auto: those without usable text)",
    )
    documents = kinds.add_parser("documents", help="list what is indexed")
    documents.set_defaults(run=commands.run_documents)
    _add_library(documents)
    documents.add_argument("--json", action="store_true", help="as an array, for programs")
    remove = kinds.add_parser("remove", help="take out a folder, a document or a file")
    remove.set_defaults(run=commands.run_remove)
    _add_library(remove)
    _add_collections(kinds)
    remove.add_argument("target", metavar="FOLDER|DOC_ID|FILE")
    _add_export(kinds)
    _add_backup(kinds)
    _add_forget(kinds)
    _add_admin(kinds)
    _add_replay(kinds)
    _add_demo(kinds)
    _add_eval(kinds)
    _add_key(kinds)
    graph = kinds.add_parser("graph", help="draw the workflow's steps, from the code itself")
    graph.set_defaults(run=commands.run_graph)
    graph.add_argument("--format", choices=("mermaid", "svg"), default="mermaid")
    settings = kinds.add_parser("settings", help="show what is set, and where")
    settings.set_defaults(run=commands.run_settings)
    settings.add_argument(
        "--format",
        choices=("text", "env", "markdown"),
        default="text",
        help="the values in use (default), all settings as a file to start from, or as a table",
    )
    doctor = kinds.add_parser("doctor", help="check configuration, Redis, index and models")
    doctor.set_defaults(run=commands.run_doctor)
    return parser


def _folder(name: str) -> Path:
    # A path that is blank would be the folder that one is in.
    if not name.strip():
        raise argparse.ArgumentTypeError("the name of a folder is blank")
    return Path(name)


def _add_owner(command: Arguments) -> None:
    command.add_argument(
        "--owner", default=DEFAULT_OWNER, metavar="NAME", help="whose data (default: %(default)s)"
    )


def _add_library(command: argparse.ArgumentParser) -> None:
    whose = command.add_mutually_exclusive_group()
    _add_owner(whose)
    whose.add_argument("--collection", metavar="NAME", help="those of a shared one: name or id")


def _add_collections(kinds: Kinds) -> None:
    what = kinds.add_parser(
        "collections",
        help="what several people share, and who is a member",
        description="Make shared collections, list and delete them, and say who is a member: an "
        "owner (ann) or a group (group:staff), as reader, editor or manager.",
    )
    what.set_defaults(run=commands.run_collections)
    do = what.add_subparsers(dest="do", required=True)
    do.add_parser("list", help="all of them")
    make = do.add_parser("make", help="a new one; prints its id")
    make.add_argument("name", metavar="NAME")
    make.add_argument("--manager", required=True, metavar="MEMBER", help="who manages it")
    members = do.add_parser("members", help="show the members, and change them")
    members.add_argument("name", metavar="NAME|ID")
    members.add_argument(
        "--set", action="append", default=[], metavar="MEMBER=ROLE", help="ann=reader, say"
    )
    members.add_argument("--drop", action="append", default=[], metavar="MEMBER", help="take out")
    remove = do.add_parser("remove", help="delete one with its documents and uploaded files")
    remove.add_argument("name", metavar="NAME|ID")


def _add_demo(kinds: Kinds) -> None:
    demo = kinds.add_parser("demo", help="try it out with the sample reports")
    demo.set_defaults(run=commands.run_demo)
    demo.add_argument("--once", action="store_true", help="answer the example and leave")
    demo.add_argument("--no-browser", action="store_true", help="open no browser at the end")


def _add_eval(kinds: Kinds) -> None:
    what = kinds.add_parser("eval", help="measure answers").add_subparsers(required=True)
    claims = what.add_parser("claims", help="verdicts on labelled claims, by kind of claim")
    claims.set_defaults(run=commands.run_eval_claims)
    claims.add_argument(
        "claims", type=Path, metavar="FILE.jsonl", help="claims with their passages or table"
    )
    claims.add_argument("--json", type=Path, metavar="FILE", help="write the counts there, too")
    citations = what.add_parser(
        "citations", help="citation recall and precision, quotes, markers, pages, latency"
    )
    citations.set_defaults(run=commands.run_eval_citations)
    citations.add_argument(
        "questions", type=Path, metavar="FILE.jsonl", help="questions with their evidence pages"
    )
    citations.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    _add_owner(citations)
    citations.add_argument("--limit", type=int, help="only the first so many questions")
    citations.add_argument(
        "--keep-chats", action="store_true", help="leave the chats that it makes in the list"
    )


def _add_export(kinds: Kinds) -> None:
    export = kinds.add_parser("export", help="write chats with their citations")
    export.set_defaults(run=commands.run_export)
    _add_owner(export)
    which = export.add_mutually_exclusive_group()
    which.add_argument("--chat", metavar="ID", help="this one only")
    which.add_argument("--all", action="store_true", help="all of them (the default)")
    export.add_argument("--format", choices=FORMATS, default="json", help="all chats: json, md")
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of printing")


def _add_backup(kinds: Kinds) -> None:
    backup = kinds.add_parser(
        "backup",
        help="write everything into one file, while it goes on",
        description="Write all of the namespace into FILE: what Redis holds, as of one instant, "
        "uploaded files and page copies. Servers go on meanwhile. FILE holds reports, chats and "
        "names as plain text, API keys as hashes, and no password; only you may read it. `-` is "
        "standard output.",
    )
    backup.set_defaults(run=commands.run_backup)
    backup.add_argument("file", type=Path, metavar="FILE", help="must not be there yet")
    restore = kinds.add_parser(
        "restore",
        help="make of such a file what it was made of",
        description="Restore FILE into the namespace, Redis and data directory of the settings, "
        "which must be empty. The file is checked to its end before anything is written. If it is "
        "interrupted, run it again. `-` is standard input.",
    )
    restore.set_defaults(run=commands.run_restore)
    restore.add_argument("file", type=Path, metavar="FILE", help="of `citewire backup`")
    migrate = kinds.add_parser(
        "migrate",
        help="bring what an earlier version stored to this one",
        description="Convert what is stored in the namespace, step by step, to the schema version "
        "that this version of Citewire reads. Stop all that uses it first. If it is interrupted, "
        "run it again.",
    )
    migrate.set_defaults(run=commands.run_migrate)


def _add_forget(kinds: Kinds) -> None:
    forget = kinds.add_parser(
        "forget",
        help="remove all of a person's chats, runs, uploads and page copies",
        description="Remove a person's chats, runs, jobs, documents, uploaded files and the copies "
        "of cited pages, and throw away which pseudonym of the audit log was theirs. It cannot be "
        "undone. If it is interrupted, run it again.",
    )
    forget.set_defaults(run=commands.run_forget)
    forget.add_argument("owner", metavar="OWNER")


def _add_admin(kinds: Kinds) -> None:
    admin = kinds.add_parser("admin", help="list what there is of everybody; stop runs and jobs")
    admin.set_defaults(run=commands.run_admin)
    what = admin.add_subparsers(dest="what", required=True)
    for name, says in (
        ("people", "who there is, and under which pseudonym the audit log has them"),
        ("collections", "shared ones: who manages them, documents, passages, uploaded bytes here"),
        ("groups", "those that collections or keys name"),
        ("keys", "API keys that were made at run time"),
        ("runs", "answers that are under way"),
        ("jobs", "uploads that are being ingested, or were"),
    ):
        listing = what.add_parser(name, help=says)
        listing.add_argument("--json", action="store_true", help="as an array, for programs")
    stop = what.add_parser("stop", help="stop a run or a job, whose ever it is")
    stop.add_argument("id", metavar="ID")


def _add_chat(kinds: Kinds) -> None:
    chat = kinds.add_parser(
        "chat",
        help="ask in the terminal",
        description="Ask a running server, or one that is started for as long as it takes. "
        "Questions are typed, given as an argument, or piped in line by line.",
    )
    chat.set_defaults(run=commands.run_chat)
    _add_owner(chat)
    chat.add_argument("question", nargs="?", metavar="QUESTION", help="answer this, and leave")
    chat.add_argument("--url", help="the server (default: the one of the settings, if it runs)")
    chat.add_argument(
        "--api-key", metavar="KEY", help="better in the environment, CITEWIRE_API_KEY"
    )
    chat.add_argument("--chat", metavar="CHAT_ID", help="go on with this conversation")
    chat.add_argument(
        "--folder", action="append", default=[], metavar="NAME", help="answer from this one only"
    )


def _add_mcp(kinds: Kinds) -> None:
    mcp = kinds.add_parser(
        "mcp",
        help="let a model of another program ask (Model Context Protocol)",
        description="Speak the Model Context Protocol on standard input and output, for programs "
        "that start their tools themselves. Asks a running server, or one that is started for as "
        "long as it takes.",
    )
    mcp.set_defaults(run=commands.run_mcp)
    _add_owner(mcp)
    mcp.add_argument("--url", help="the server (default: the one of the settings, if it runs)")
    mcp.add_argument("--api-key", metavar="KEY", help="better in the environment, CITEWIRE_API_KEY")


def _add_key(kinds: Kinds) -> None:
    key = kinds.add_parser(
        "key",
        help="make, list and revoke API keys",
        usage="citewire key [-h] [--scope SCOPE] [--group GROUP] [--days DAYS] [--json] "
        "(make NAME | list [NAME] | revoke ID | NAME)",
        description="`make NAME` makes a key of an owner, which servers on the same Redis know at "
        "once; `list` shows keys, `revoke ID` ends one within two seconds. A NAME alone prints a "
        "key and its line for CITEWIRE_API_KEYS_FILE, and asks nothing of Redis.",
    )
    key.set_defaults(run=commands.run_key)
    key.add_argument("words", nargs="+", metavar="WORD", help="as above")
    key.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        help="what a made key may do, each its own option (default: ask, read and write)",
    )
    key.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="GROUP",
        help="whose collections a made key opens, too, each its own option",
    )
    key.add_argument("--days", type=_days, help="after which a made key ends (default: never)")
    key.add_argument("--json", action="store_true", help="list as an array, for programs")


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"between 0 and {MOST_DAYS}")
    return days


def _add_replay(kinds: Kinds) -> None:
    replay = kinds.add_parser("replay", help="show a run, and do a part of it again")
    replay.set_defaults(run=commands.run_replay)
    replay.add_argument("run_id", metavar="RUN_ID")
    _add_owner(replay)
    replay.add_argument("--json", action="store_true", help="everything, for programs")
    replay.add_argument("--prompt", action="store_true", help="show all of the prompts")
    replay.add_argument(
        "--retrieve", action="store_true", help="search again, and show what is different"
    )
    replay.add_argument(
        "--generate", action="store_true", help="answer again, from the same passages"
    )
    replay.add_argument(
        "--case", type=Path, metavar="FILE", help="write a test case for `eval citations`"
    )


def _add_ingest(kinds: Kinds) -> None:
    ingest = kinds.add_parser(
        "ingest",
        help="read folders of reports",
        description="Read what is new in the folders and take it in. Of each file it tells what it "
        "is: new; changed (other bytes at a known place); moved (known bytes, at another place "
        "now) or copied (at one more), neither of which is read again; unchanged; removed; failed, "
        "with the reason. Skipped are files of a format that is not read, and links that lead out "
        "of the folder.",
    )
    ingest.set_defaults(run=commands.run_ingest)
    ingest.add_argument("folders", nargs="+", type=_folder, metavar="FOLDER")
    _add_library(ingest)
    ingest.add_argument(
        "--prune", action="store_true", help="remove what is no longer in these folders"
    )
    ingest.add_argument(
        "--prune-empty",
        action="store_true",
        help="the same, also where a folder is empty, as one is whose disk is missing",
    )
    ingest.add_argument(
        "--check-content",
        action="store_true",
        help="compare the bytes of all files, where sizes and times are not to be trusted",
    )
    endless = ingest.add_mutually_exclusive_group()
    endless.add_argument(
        "--watch", action="store_true", help="then follow the folders until it is stopped"
    )
    endless.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would be done and change nothing; files are opened, but not read by OCR",
    )
    ingest.add_argument(
        "--report", type=Path, metavar="FILE.json", help="write what became of each file"
    )
    ingest.add_argument(
        "--ocr",
        choices=("auto", "off", "force"),
        default="auto",
        help="read pages from their picture (default auto: those without usable text)",
    )
    ingest.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where files are read: by processes here, or on the Ray cluster of RAY_ADDRESS",
    )
