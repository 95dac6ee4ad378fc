"""How well forces are found by their names: `find_mentions` and bare nouns beside the targets that readers labelled.

python experiments/mentions.py [CSV]

CSV has `doc_id`, `text` (sentences in order) and `target` (default: data/labels.csv). A sentence's rows say which
forces it is about. Prints a Markdown table by language: of the forces found how many have a row, and of the rows how
many are found, with intervals over articles.
"""

from __future__ import annotations

import sys

import numpy as np

from framing.data import read_table
from framing.exceptions import UserError
from framing.summary import markdown_table
from framing.targets import mentions_in_order
from framing.uncertainty import UncertaintyConfig, bootstrap_shares, draw_weights


def main(file: str = "data/labels.csv") -> None:
    """Print the table."""
    frame = read_table(file, (), need_labels=False).frame
    counts: dict[str, list[tuple[int, int, int]]] = {}  # by language, of each article: both, found, labelled
    for _, article in frame.groupby("doc_id", sort=False):
        texts = list(dict.fromkeys(article["text"]))
        both = found = 0
        for text, mentions in zip(texts, mentions_in_order(texts), strict=True):
            named = {m.target for m in mentions}
            found += len(named)
            both += len(named & set(article["target"][article["text"] == text]))
        for lang in ("all", article["lang"].iloc[0] if "lang" in article else "unknown"):
            counts.setdefault(lang, []).append((both, found, len(article)))
    config = UncertaintyConfig()
    lines = [("language", "rows", "found forces that have a row", "rows whose force is found")]
    for lang, articles in sorted(counts.items()):
        both, found, labelled = np.array(articles).T
        shares = {"precision": np.stack([both, found], 1), "recall": np.stack([both, labelled], 1)}
        said = bootstrap_shares(shares, draw_weights(len(articles), config), config.level)
        lines.append((lang, str(labelled.sum()), str(said["precision"]), str(said["recall"])))
    print(markdown_table(lines))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except UserError as error:
        sys.exit(str(error))
