# SPDX-License-Identifier: Apache-2.0
"""`custody acceptance`: promise a seed for a dataset, then draw the sample that is to be judged.

The seed stays with whoever promised it until the judging is done; then it goes into the acceptance record.
"""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custody import home as homes
from custody.dataset import Dataset, file_sha256
from custody.errors import IntegrityError, UsageError

Arguments = argparse.Namespace
_KINDS = {
    "before": "a source before it is collected; DATASET is a file with its items, one a line",
    "after": "the same source, once collected",
    "manual": "items that people judge",
    "technical": "items that keywords or a classifier judge",
}


def add(commands: Any) -> None:
    """Add the commands to those of `custody`."""
    text = "accept a dataset by samples that nobody could choose"
    below = commands.add_parser("acceptance", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )
    promise = _parser(below, "promise", _promise, "draw a seed and write its commitment down, before anyone judges")
    promise.add_argument("--by", default=None, help="who holds the seed; by default your user name")
    sample = _parser(below, "sample", _sample, "print the items to judge, one a line")
    sample.add_argument(
        "--home", type=Path, help="the custody home, whose policy has the sizes; by default CUSTODY_HOME"
    )


def _parser(commands: Any, name: str, run: Any, text: str) -> Any:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    parser.add_argument("dataset", type=Path, help="the dataset, or the file of items for `--kind before`")
    kinds = "; ".join(f"{kind}: {what}" for kind, what in _KINDS.items())
    parser.add_argument("--kind", required=True, choices=tuple(_KINDS), help=kinds)
    parser.add_argument("--seed-file", type=Path, required=True, metavar="FILE", help="where the seed is kept")
    parser.add_argument("--committed", type=Path, required=True, metavar="FILE", help="the register of commitments")
    return parser


def _promise(arguments: Arguments) -> None:
    from custody.audit.acceptance import commit, new_seed

    seed = new_seed()
    address, _ = _population(arguments)
    _keep(arguments.seed_file, seed)  # first: a commitment to a seed that is lost can never be redeemed
    try:
        made = commit(arguments.committed, seed, address, arguments.by or getpass.getuser())
    except BaseException:
        arguments.seed_file.unlink()
        raise
    print(f"promised: {made.commitment} for {address}")
    print(f"  in {arguments.committed}; keep {arguments.seed_file} secret until the sample is judged")


def _keep(path: Path, seed: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(seed + "\n")
    except FileExistsError:
        remedy = "name another file: a seed serves one dataset"
        raise UsageError("there is a seed already", where=str(path), remedy=remedy) from None
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(path)) from None


def _sample(arguments: Arguments) -> None:
    from custody.audit.acceptance import commitment, commitments, drawn, size

    settings = homes.find(arguments.home).policy.audit.acceptance
    seed = _seed(arguments.seed_file)
    address, items = _population(arguments)
    wanted = commitment(seed, address)
    if not any(one.commitment == wanted for one in commitments.read(arguments.committed) or ()):
        raise IntegrityError(
            "the register has no commitment to this seed for exactly these bytes",
            where=str(arguments.committed),
            remedy="promise a seed for the bytes as they are now",
        )
    sample = drawn(items, seed, address, arguments.kind, size(arguments.kind, settings))
    for item in sample.of(_population(arguments)[1]):
        print(item)


def _seed(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise UsageError("the seed cannot be read", where=str(path), remedy="name the file that was promised") from None


def _population(arguments: Arguments) -> tuple[str, Iterator[str]]:
    """Return the address of what is judged, and its items."""
    from custody.audit.acceptance import catalogue, rows

    if arguments.kind == "before":
        return file_sha256(arguments.dataset), iter(catalogue(arguments.dataset))
    dataset = Dataset(arguments.dataset)
    listing = dataset.listing()
    return listing.address, rows(dataset.root, sorted(listing.digests))
