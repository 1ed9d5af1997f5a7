# SPDX-License-Identifier: Apache-2.0
"""Great Expectations over chunks of text columns, with results that hold no value.

A suite is a JSON file, `{"file": "customers.parquet", "expectations": [{"type": ..., "kwargs": {...}}]}`, with the
expectations as Great Expectations itself writes them. Cells are text, as `formats` reads them; null stays null.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.errors import UsageError
from custody.formats import Chunk

if TYPE_CHECKING:
    import pandas as pd

# SUMMARY without examples: the default result quotes failing values
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Suite:
    """A parsed suite file."""

    name: str
    file: str  # the dataset's file it is about
    expectations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Validation:
    """Which expectations held. Names are `type(column)`."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    rows: int


def load_suite(path: Path) -> Suite:
    """Read a suite file.

    Raises:
        UsageError: it is not one.
    """
    try:
        data = json.loads(path.read_text())
        found = Suite(path.stem, str(data["file"]), tuple(data["expectations"]))
        if not found.expectations or not all(isinstance(one["kwargs"], dict) for one in found.expectations):
            raise ValueError("empty")
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            "not an expectation suite",
            where=str(path),
            allowed='{"file": "...", "expectations": [{"type": "...", "kwargs": {...}}, ...]}',
        ) from None
    return found


def validate(suite: Suite, chunks: Iterable[Chunk]) -> Validation:
    """Hold all rows of the chunks against a suite, in memory.

    Raises:
        UsageError: the suite names an expectation or argument that Great Expectations does not have.
        DatasetError, IntegrityError: as the chunks raise when they are read.
    """
    frame = _frame(chunks)
    results = _run(suite, frame)
    named = [(_name(one), bool(result)) for one, result in zip(suite.expectations, results, strict=True)]
    held = tuple(name for name, success in named if success)
    return Validation(held, tuple(name for name, success in named if not success), len(frame))


def _frame(chunks: Iterable[Chunk]) -> pd.DataFrame:
    import pandas as pd

    frames = [pd.DataFrame({name: cells.to_pylist() for name, cells in chunk.columns.items()}) for chunk in chunks]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _run(suite: Suite, frame: pd.DataFrame) -> list[bool]:
    """Return whether each expectation held, in the suite's order."""
    gx = _quiet_import()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = _no_progress_bars()
    batch = (
        context.data_sources.add_pandas("custody")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
    )
    parameters = {"dataframe": frame}
    try:
        made = [_expectation(one) for one in suite.expectations]
        results = [batch.get_batch(parameters).validate(one, result_format=RESULT_FORMAT) for one in made]
    except UsageError:
        raise
    except Exception as error:
        # the library's message may quote cells
        raise UsageError(f"the suite {suite.name!r} could not be run ({type(error).__name__})") from None
    return [result.success for result in results]


def _expectation(text: Mapping[str, Any]) -> Any:
    from great_expectations.expectations.registry import get_expectation_impl

    try:
        return get_expectation_impl(str(text["type"]))(**text["kwargs"])
    except Exception as error:
        raise UsageError(
            f"{text['type']!r} with {sorted(text['kwargs'])} is not accepted ({type(error).__name__})",
            remedy="correct the suite",
        ) from None


def _quiet_import() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # it would look for a network
    # under Airflow's logging the import itself prints hundreds of INFO lines
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx

    return gx


def _no_progress_bars() -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    return ProgressBarsConfig(globally=False)


def _name(text: Mapping[str, Any]) -> str:
    column = text["kwargs"].get("column") or ", ".join(text["kwargs"].get("column_list", []))
    return f"{text['type']}({column})"
