# SPDX-License-Identifier: Apache-2.0
"""Backups that count only when a restore has proven them."""
