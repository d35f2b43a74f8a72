"""Private names of libraries are used where there is no public way, and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "citewire"

KNOWN = {
    # test_sse.py runs the same promises against sse-starlette's own response
    "api/sse.py": {
        "_listen_for_disconnect",
        "_listen_for_exit_signal",
        "_listen_for_exit_signal_with_grace",
        "_stream_response",
    },
    # python-docx knows no footnotes: test_proof_exports.py opens what is written
    "services/exports/word.py": {"_p", "_r", "_tr"},
    "services/exports/word_notes.py": {"_p"},
    # the process of a reader ends without running what its parent set up
    "services/ingest/readers/loop.py": {"_exit"},
    # test_openai_wire.py reads what is sent
    "services/models/openai_chat.py": {"_get_model_kwargs", "_get_model_name"},
    # test_pipelining.py sends pipelines and transactions over the shared connection
    "storage/connection/pipelining.py": {"_execute_pipeline", "_execute_transaction"},
    # test_connection.py hears a connection that is closed, and one that takes nothing
    "storage/connection/pool.py": {"_buffer", "_reader", "_writer"},
    # what a chat engine is made of: test_conversation.py condenses with it
    "workflows/engine.py": {"_acondense_question"},
    # set by the library's constructor: test_chat_stream.py answers with it
    "workflows/synthesiser.py": {"_llm"},
}
"""Private names of others by the module that uses them, and what would show that they are gone."""


def test_no_module_uses_a_private_name_that_it_does_not_define() -> None:
    found = {
        str(path.relative_to(PACKAGE)): names
        for path in PACKAGE.rglob("*.py")
        if (names := foreign(ast.parse(path.read_text("utf-8"))))
    }
    assert found == KNOWN


def foreign(module: ast.Module) -> set[str]:
    """The private names that are used but neither defined nor set in a module."""
    nodes = list(ast.walk(module))
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    used |= {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    defined = {name for node in nodes for name in defined_by(node)}
    return {name for name in used - defined if name.startswith("_") and not name.endswith("__")}


def defined_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
            yield name


def test_a_private_name_of_another_is_found() -> None:
    assert foreign(ast.parse("class A:\n def f(self): return self._g() + self.x._y")) == {
        "_g",
        "_y",
    }
    assert foreign(ast.parse("class A:\n def _g(self): self._h = 1; return self._g, self._h")) == (
        set()
    )
