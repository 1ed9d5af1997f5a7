# SPDX-License-Identifier: Apache-2.0
"""Which engines and models are on this machine, and the commands that put them there."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from custody.errors import PolicyError

_FETCH = {
    "spacy": "python -m spacy download {model}",
    "transformers": "hf download {model}",
    "gliner": "hf download {model}",
    "stanza": "python -c 'import stanza; stanza.download(\"{model}\")'",
}


def require(engine: str, model: str) -> None:
    """Check that an engine and a model are on this machine.

    Raises:
        PolicyError: one is not; says what to run.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # works until the hub's library is imported; the checks work after
    if find_spec(engine) is None:
        raise _missing(f"the engine {engine!r}", f'pip install "presidio-analyzer[{engine}]"')
    if not Path(model).is_dir() and not _is_here(engine, model):
        raise _missing(f"the model {model!r}", fetch(engine, model))


def _is_package(model: str) -> bool:
    import spacy

    return spacy.util.is_package(model)


def _cached(model: str) -> Path | None:
    """Return the folder of a model in the hub's cache."""
    from huggingface_hub import try_to_load_from_cache

    found = (try_to_load_from_cache(model, file) for file in ("config.json", "gliner_config.json"))
    return next((Path(one).parent for one in found if isinstance(one, str)), None)


def folder_of(engine: str, model: str) -> Path | None:
    """Return where a model's files are, or nothing when its engine does not tell.

    Raises:
        PolicyError: the engine or the model is not installed.
    """
    require(engine, model)
    if Path(model).is_dir():
        return Path(model)
    if engine == "spacy":
        import spacy

        return Path(spacy.util.get_package_path(model))
    return _cached(model) if engine in {"transformers", "gliner"} else None


def meta_of(folder: Path | None) -> dict[str, str]:
    """Return what a spaCy model says of itself; empty for other models."""
    files = sorted(folder.rglob("meta.json")) if folder else []
    return dict(json.loads(files[0].read_text(encoding="utf-8"))) if files else {}


def _is_here(engine: str, model: str) -> bool:
    if engine == "stanza":
        return True  # it has no way of asking; loading fails when the model is not there
    return _is_package(model) if engine == "spacy" else _cached(model) is not None


def fetch(engine: str, model: str) -> str:
    """Return the command that installs a model; only spaCy's own have names of its form."""
    own = engine != "spacy" or re.fullmatch(r"[a-z]{2,3}_(core|ent|dep)_\w+", model)
    return _FETCH[engine].format(model=model) if own else f"pip install {model}"


def _missing(what: str, command: str) -> PolicyError:
    return PolicyError(f"{what} is not installed", where="ner", remedy=f"where the network may be used, run: {command}")


def unloadable(error: Exception, commands: list[str]) -> PolicyError:
    """Return the error for a model that is there and does not load; a library's own text may name anything."""
    what = f"the language model cannot be loaded ({type(error).__name__})"
    return PolicyError(what, where="ner", remedy=f"if it is not installed, run: {'; '.join(commands)}")
