# SPDX-License-Identifier: Apache-2.0
"""Read a dataset's files as chunks, decrypting in memory where custody encrypted them."""

from __future__ import annotations

from collections.abc import Iterator

from custody import formats
from custody.dataset import Dataset
from custody.errors import UsageError
from custody.home import Home


def chunks(home: Home, dataset: Dataset, file: str | None = None) -> Iterator[formats.Chunk]:
    """Yield the chunks of one file, or of every file in order.

    Args:
        home: whose keys decrypt.
        dataset: plain or encrypted.
        file: the plain name of one file, without the suffix encryption adds.

    Raises:
        UsageError: the dataset has no such file.
        DatasetError, IntegrityError, KeyringError: a file cannot be read or decrypted.
    """
    from custody.protect.encrypt import plain_name, read_encrypted

    names = [one for one in dataset.files() if file in (None, plain_name(one))]
    if not names:
        raise UsageError(f"the dataset has no file {file!r}", where=str(dataset.path), remedy="correct the suite")
    for name in names:
        yield from read_encrypted(dataset.root / name, name, home.secret)
