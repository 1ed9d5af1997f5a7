# SPDX-License-Identifier: Apache-2.0
"""The command line as other programs meet it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["audit-schema", "report-schema"])
def test_a_reader_that_went_away_is_no_error_to_read_about(command: str) -> None:
    run = [sys.executable, "-c", f"import sys; from custody import cli; sys.exit(cli.main([{command!r}]))"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")
