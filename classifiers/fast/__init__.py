# SPDX-License-Identifier: Apache-2.0
"""Presidio's findings, faster: the recognisers run only where a necessary condition for a match holds."""
