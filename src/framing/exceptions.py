"""The one exception that a user is meant to see."""

from __future__ import annotations


class UserError(Exception):
    """What the user gave cannot be used: one line that says where, what, and what to do. Exit code 2."""
