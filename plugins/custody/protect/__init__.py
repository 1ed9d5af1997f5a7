# SPDX-License-Identifier: Apache-2.0
"""Redaction and encryption."""
