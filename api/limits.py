# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of the service."""

UPLOAD_LIMIT = 5 * 1024**3
"""Bytes; the service takes files that are smaller (its documentation of uploads)."""
