# SPDX-License-Identifier: Apache-2.0
"""What the tests of the base share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .samples import POLICY


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A policy file whose roles have no keys yet."""
    path = tmp_path / "template.yaml"
    path.write_text(POLICY)
    return path
