"""The `citewire` command: reads the arguments and hands over to one script."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from citewire import __version__
from citewire.errors import CitewireError, ConfigurationError
from citewire.settings import load_settings
from citewire.storage.keys import DEFAULT_OWNER

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 something failed, 2 wrongly configured."""
    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        return code
    except ConfigurationError as error:
        print(f"citewire: {error}", file=sys.stderr)
        return MISUSED
    except CitewireError as error:
        print(f"citewire: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        # For what runs until it is stopped, that is the good end.
        is_endless = arguments.command in ("serve", "demo") or getattr(arguments, "watch", False)
        return 0 if is_endless else INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="citewire", description="Streamed, cited answers from folders of reports."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer questions over HTTP")
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", help="address to listen on (CITEWIRE_HOST)")
    serve.add_argument("--port", type=int, help="port to listen on (CITEWIRE_PORT)")
    serve.add_argument("--workers", type=int, help="processes that share it (CITEWIRE_WORKERS)")
    _add_chat(commands)
    _add_ingest(commands)
    documents = commands.add_parser("documents", help="list what is indexed")
    documents.set_defaults(run=_documents)
    _add_owner(documents)
    documents.add_argument("--json", action="store_true", help="as an array, for programs")
    remove = commands.add_parser("remove", help="take out a folder, a document or a file")
    remove.set_defaults(run=_remove)
    _add_owner(remove)
    remove.add_argument("target", metavar="FOLDER|DOC_ID|FILE")
    export = commands.add_parser("export", help="write chats with their citations")
    export.set_defaults(run=_export)
    _add_owner(export)
    which = export.add_mutually_exclusive_group()
    which.add_argument("--chat", metavar="ID", help="this one only")
    which.add_argument("--all", action="store_true", help="all of them (the default)")
    export.add_argument("--format", choices=("json", "md"), default="json")
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of printing")
    _add_replay(commands)
    demo = commands.add_parser("demo", help="try it out with the sample reports")
    demo.set_defaults(run=_demo)
    demo.add_argument("--once", action="store_true", help="answer the example and leave")
    _add_eval(commands)
    key = commands.add_parser("key", help="make an API key")
    key.set_defaults(run=_key)
    key.add_argument("owner", metavar="NAME", help="whose key")
    graph = commands.add_parser("graph", help="draw the workflow's steps, from the code itself")
    graph.set_defaults(run=_graph)
    graph.add_argument("--format", choices=("mermaid", "svg"), default="mermaid")
    doctor = commands.add_parser("doctor", help="check configuration, Redis, index and models")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_owner(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--owner", default=DEFAULT_OWNER, metavar="NAME", help="whose data (default: %(default)s)"
    )


def _owner(arguments: argparse.Namespace) -> str:
    from citewire.services.api_keys import checked_owner

    return checked_owner(arguments.owner, "--owner")


def _add_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    kinds = commands.add_parser("eval", help="measure answers").add_subparsers(required=True)
    citations = kinds.add_parser(
        "citations", help="citation recall and precision, quotes, markers, pages, latency"
    )
    citations.set_defaults(run=_eval_citations)
    citations.add_argument(
        "questions", type=Path, metavar="FILE.jsonl", help="questions with their evidence pages"
    )
    citations.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    _add_owner(citations)
    citations.add_argument("--limit", type=int, help="only the first so many questions")


def _add_chat(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    chat = commands.add_parser(
        "chat",
        help="ask in the terminal",
        description="Ask a running server, or one that is started for as long as it takes. "
        "Questions are typed, given as an argument, or piped in line by line.",
    )
    chat.set_defaults(run=_chat)
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


def _add_replay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    replay = commands.add_parser("replay", help="show a run, and do a part of it again")
    replay.set_defaults(run=_replay)
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


def _add_ingest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ingest = commands.add_parser("ingest", help="read folders of reports")
    ingest.set_defaults(run=_ingest)
    ingest.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    _add_owner(ingest)
    ingest.add_argument(
        "--prune", action="store_true", help="remove what is no longer in these folders"
    )
    endless = ingest.add_mutually_exclusive_group()
    endless.add_argument(
        "--watch", action="store_true", help="then follow the folders until it is stopped"
    )
    endless.add_argument(
        "--dry-run", action="store_true", help="show what would be done and change nothing"
    )
    ingest.add_argument(
        "--report", type=Path, metavar="FILE.json", help="write what became of each file"
    )
    ingest.add_argument(
        "--ocr",
        choices=("auto", "off", "force"),
        default="auto",
        help="read pages from their images, if tesseract is there (default: those without text)",
    )
    ingest.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where files are read: by processes here, or on the Ray cluster of RAY_ADDRESS",
    )


# Each command is imported when it is asked for: `--help` should not load LlamaIndex.


def _serve(arguments: argparse.Namespace) -> int:
    gc.disable()  # until the server has started: it would walk what is being imported

    from citewire.scripts.serve import serve
    from citewire.scripts.workers import serve_workers

    given = {"host": arguments.host, "port": arguments.port, "workers": arguments.workers}
    settings = load_settings(**{k: v for k, v in given.items() if v is not None})
    configure_logging(settings.log_level)
    return serve_workers(settings) if settings.workers > 1 else serve(settings)


def _chat(arguments: argparse.Namespace) -> int:
    from citewire.scripts.chat import chat

    configure_logging("warning")
    given = {} if arguments.api_key is None else {"api_key": arguments.api_key}
    return chat(
        load_settings(**given),
        owner=_owner(arguments),
        url=arguments.url,
        chat_id=arguments.chat,
        folders=arguments.folder,
        question=arguments.question,
    )


def _ingest(arguments: argparse.Namespace) -> int:
    from citewire.scripts.ingest import ingest
    from citewire.scripts.watch import watch
    from citewire.services.ingest.run import IngestOptions

    configure_logging("warning")
    options = IngestOptions(arguments.prune, arguments.dry_run, arguments.ocr, arguments.engine)
    run = watch if arguments.watch else ingest
    return run(
        load_settings(),
        arguments.folders,
        owner=_owner(arguments),
        options=options,
        report=arguments.report,
    )


def _documents(arguments: argparse.Namespace) -> int:
    from citewire.scripts.documents import list_documents

    configure_logging("warning")
    return list_documents(load_settings(), owner=_owner(arguments), as_json=arguments.json)


def _remove(arguments: argparse.Namespace) -> int:
    from citewire.scripts.documents import remove_documents

    configure_logging("warning")
    return remove_documents(load_settings(), arguments.target, owner=_owner(arguments))


def _export(arguments: argparse.Namespace) -> int:
    from citewire.scripts.export import export

    configure_logging("warning")
    return export(
        load_settings(),
        owner=_owner(arguments),
        chat_id=arguments.chat,
        format=arguments.format,
        file=arguments.output,
    )


def _replay(arguments: argparse.Namespace) -> int:
    from citewire.scripts.replay import ReplayOptions, replay

    configure_logging("warning")
    options = ReplayOptions(
        as_json=arguments.json,
        whole_prompts=arguments.prompt,
        retrieve=arguments.retrieve,
        generate=arguments.generate,
        case=arguments.case,
    )
    return replay(load_settings(), arguments.run_id, owner=_owner(arguments), options=options)


def _eval_citations(arguments: argparse.Namespace) -> int:
    from citewire.scripts.evaluate import evaluate_citations

    configure_logging("error")
    return evaluate_citations(
        load_settings(),
        arguments.questions,
        owner=_owner(arguments),
        output=arguments.json,
        limit=arguments.limit,
    )


def _demo(arguments: argparse.Namespace) -> int:
    from citewire.scripts.demo import demo

    configure_logging("warning")
    return demo(load_settings(namespace="demo"), once=arguments.once)


def _key(arguments: argparse.Namespace) -> int:
    from citewire.scripts.key import make_key

    return make_key(arguments.owner)


def _graph(arguments: argparse.Namespace) -> int:
    from citewire.scripts.graph import graph

    return graph(arguments.format)


def _doctor(_: argparse.Namespace) -> int:
    from citewire.scripts.doctor import doctor

    configure_logging("error")
    return doctor()


def configure_logging(level: str) -> None:
    """Log to standard error from `level` on; libraries only from warnings on.

    Called after the imports, because redisvl replaces the root handler when it is imported, and
    then logs each query with all its results.
    """
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=level.upper(), force=True
    )
    for chatty in ("llama_index", "redisvl", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
