"""The commands of `citewire`, from their arguments to the script that does each; gives exit codes.

Each script is imported when it is asked for: `--help` should not load LlamaIndex.
"""

import argparse
import gc

from citewire.scripts.logs import configure_logging
from citewire.settings import Settings, load_settings


def run_serve(arguments: argparse.Namespace) -> int:
    """Answer questions over HTTP."""
    gc.disable()  # until the server has started: it would walk what is being imported

    from citewire.scripts.serve import serve
    from citewire.scripts.workers import serve_workers

    given = {"host": arguments.host, "port": arguments.port, "workers": arguments.workers}
    settings = load_settings(**{k: v for k, v in given.items() if v is not None})
    configure_logging(settings.server.log_level, settings.server.log_format)
    return serve_workers(settings) if settings.server.workers > 1 else serve(settings)


def run_chat(arguments: argparse.Namespace) -> int:
    """Ask in the terminal."""
    from citewire.scripts.chat.command import chat

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


def run_mcp(arguments: argparse.Namespace) -> int:
    """Let another program's model ask."""
    from citewire.scripts.mcp import serve_stdio

    configure_logging("warning")
    given = {} if arguments.api_key is None else {"api_key": arguments.api_key}
    return serve_stdio(load_settings(**given), owner=_owner(arguments), url=arguments.url)


def run_ingest(arguments: argparse.Namespace) -> int:
    """Read folders of reports."""
    from citewire.scripts.ingest import ingest
    from citewire.scripts.watch import watch
    from citewire.services.ingest.run import IngestOptions

    configure_logging("warning")
    options = IngestOptions(
        prune=arguments.prune or arguments.prune_empty,
        dry_run=arguments.dry_run,
        ocr=arguments.ocr,
        engine=arguments.engine,
        prune_empty=arguments.prune_empty,
        check_content=arguments.check_content,
    )
    run = watch if arguments.watch else ingest
    settings = load_settings()
    return run(
        settings,
        arguments.folders,
        owner=_library(arguments, settings),
        options=options,
        report=arguments.report,
    )


def run_read(arguments: argparse.Namespace) -> int:
    """Show what would be taken from files."""
    from citewire.scripts.read import read
    from citewire.services.reading.ocr.choice import ocr_choice

    configure_logging("warning")
    choice = ocr_choice(load_settings().ingestion)
    return read(arguments.files, form=arguments.format, ocr=arguments.ocr, engine=choice)


def run_documents(arguments: argparse.Namespace) -> int:
    """List what is indexed."""
    from citewire.scripts.documents import list_documents

    configure_logging("warning")
    settings = load_settings()
    return list_documents(settings, owner=_library(arguments, settings), as_json=arguments.json)


def run_remove(arguments: argparse.Namespace) -> int:
    """Take out a folder, a document or a file."""
    from citewire.scripts.documents import remove_documents

    configure_logging("warning")
    settings = load_settings()
    return remove_documents(settings, arguments.target, owner=_library(arguments, settings))


def run_collections(arguments: argparse.Namespace) -> int:
    """List collections, make one, change its members, or delete it."""
    from citewire.scripts import collections

    configure_logging("warning")
    settings = load_settings()
    match arguments.do:
        case "make":
            return collections.make_collection(settings, arguments.name, manager=arguments.manager)
        case "members":
            given, dropped = arguments.set, arguments.drop
            return collections.change_members(
                settings, arguments.name, given=given, dropped=dropped
            )
        case "remove":
            return collections.remove_collection(settings, arguments.name)
    return collections.list_collections(settings)


def run_forget(arguments: argparse.Namespace) -> int:
    """Forget a person."""
    from citewire.scripts.forget import forget
    from citewire.services.access.keys import checked_owner

    configure_logging("warning")
    return forget(load_settings(), checked_owner(arguments.owner, "OWNER"))


def run_admin(arguments: argparse.Namespace) -> int:
    """List what there is of everybody, or stop a run or a job."""
    from citewire.scripts.admin import ADMIN

    configure_logging("warning")
    return ADMIN[arguments.what](load_settings(), arguments)


def run_backup(arguments: argparse.Namespace) -> int:
    """Write all of the namespace into a file."""
    from citewire.scripts.backup import backup

    configure_logging("warning")
    return backup(load_settings(), arguments.file)


def run_restore(arguments: argparse.Namespace) -> int:
    """Make a namespace of such a file."""
    from citewire.scripts.backup import restore

    configure_logging("warning")
    return restore(load_settings(), arguments.file)


def run_migrate(_: argparse.Namespace) -> int:
    """Bring what an earlier version stored to this one."""
    from citewire.scripts.migrate import migrate

    configure_logging("warning")
    return migrate(load_settings())


def run_export(arguments: argparse.Namespace) -> int:
    """Write chats with their citations."""
    from citewire.scripts.export import export

    configure_logging("warning")
    return export(
        load_settings(),
        owner=_owner(arguments),
        chat_id=arguments.chat,
        format=arguments.format,
        file=arguments.output,
    )


def run_replay(arguments: argparse.Namespace) -> int:
    """Show a run, and do a part of it again."""
    from citewire.scripts.replay.command import ReplayOptions, replay

    configure_logging("warning")
    options = ReplayOptions(
        as_json=arguments.json,
        whole_prompts=arguments.prompt,
        retrieve=arguments.retrieve,
        generate=arguments.generate,
        case=arguments.case,
    )
    return replay(load_settings(), arguments.run_id, owner=_owner(arguments), options=options)


def run_eval_citations(arguments: argparse.Namespace) -> int:
    """Measure answers and their citations."""
    from citewire.scripts.evaluate import evaluate_citations

    configure_logging("error")
    return evaluate_citations(
        load_settings(),
        arguments.questions,
        owner=_owner(arguments),
        output=arguments.json,
        limit=arguments.limit,
        keeps_chats=arguments.keep_chats,
    )


def run_eval_claims(arguments: argparse.Namespace) -> int:
    """Measure the checker on labelled claims."""
    from citewire.scripts.evaluate_claims import evaluate_claims

    configure_logging("error")
    return evaluate_claims(arguments.claims, output=arguments.json)


def run_demo(arguments: argparse.Namespace) -> int:
    """Try it out with the sample reports."""
    from citewire.scripts.demo import demo, demo_namespace

    configure_logging("warning")
    settings = load_settings()
    settings = settings.with_changes(namespace=demo_namespace(settings))
    return demo(settings, once=arguments.once, is_shown=not arguments.no_browser)


def run_key(arguments: argparse.Namespace) -> int:
    """Make, list and revoke API keys."""
    from citewire.scripts.key import run_key_command

    configure_logging("warning")
    return run_key_command(
        arguments.words,
        scopes=arguments.scope,
        groups=arguments.group,
        days=arguments.days,
        as_json=arguments.json,
        settings=load_settings,
    )


def run_graph(arguments: argparse.Namespace) -> int:
    """Draw the workflow's steps."""
    from citewire.scripts.graph import graph

    return graph(arguments.format)


def run_settings(arguments: argparse.Namespace) -> int:
    """Show what is set, and where."""
    from citewire.scripts.settings import print_settings

    return print_settings(arguments.format)


def run_doctor(_: argparse.Namespace) -> int:
    """Check configuration, Redis, index and models."""
    from citewire.scripts.doctor import doctor

    configure_logging("error")
    return doctor()


def _library(arguments: argparse.Namespace, settings: Settings) -> str:
    """Whose documents: those of a collection, if one is named, else an owner's."""
    from citewire.scripts.collections import library_named

    if arguments.collection is not None:
        return library_named(settings, arguments.collection)
    return _owner(arguments)


def _owner(arguments: argparse.Namespace) -> str:
    from citewire.services.access.keys import checked_owner

    return checked_owner(arguments.owner, "--owner")
