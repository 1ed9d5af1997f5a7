# SPDX-License-Identifier: Apache-2.0
"""OpenLineage: events made of signed statements, sent after them, and a check that looks into the facets.

An event is a pointer and may be lost; the statement is the record. So an event is made only of a statement that the
ledger holds already, and failing to send one fails nothing.
"""

from __future__ import annotations
