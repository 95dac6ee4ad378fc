"""How an encoder is fine-tuned: plain settings, so that nothing here needs torch."""

from __future__ import annotations

from dataclasses import dataclass

from framing.exceptions import UserError
from framing.ranges import COUNT, NUMBER, SHARE, check_ranges

_RANGES = (
    dict.fromkeys(("epochs", "batch_size", "max_tokens"), COUNT)
    | dict.fromkeys(("lr", "head_lr", "lr_decay", "weight_decay", "layers", "frozen_layers", "patience"), NUMBER)
    | dict.fromkeys(("balance", "contrast", "margin", "composed"), NUMBER)
    | dict.fromkeys(("warmup", "smoothing", "unmarked", "inner"), SHARE)
)


@dataclass
class Recipe:
    """Settings of fine-tuning.

    epochs. batch_size: rows. max_tokens: longer texts are cut. lr, head_lr: peak learning rates of the encoder's top
    layer and of what is new. lr_decay: factor from each layer to the one below. layers: how many of the encoder's
    layers are used, from the lowest, 0 for all. frozen_layers: how many of these stay as they are, as the embeddings
    always do. weight_decay. warmup: share of the steps. balance: 1 weights classes by the inverse of their frequency, 0
    not at all. contrast: weight of sentences that are labelled differently toward their targets. margin: weight of a
    loss on pairs of such rows of one sentence. composed: rows of sentences put together from two, as a share of the
    rows, to learn from as well. smoothing: of the labels of single-label tasks. unmarked: share of
    batches shown without the target marked, for the tasks that do not read it. patience: epochs without a better score
    on the inner groups before training stops, 0 to go on to the end and learn from all groups. inner: share of groups
    kept for that. precision: of training and answers: float32, bfloat16, or auto: bfloat16 where the processor has it.
    """

    epochs: int = 6
    batch_size: int = 8
    max_tokens: int = 192
    lr: float = 2e-4
    head_lr: float = 2e-3
    lr_decay: float = 1.0
    layers: int = 0
    frozen_layers: int = 4
    weight_decay: float = 0.01
    warmup: float = 0.1
    balance: float = 1.0
    contrast: float = 2.0
    margin: float = 0.0
    composed: float = 0.0
    smoothing: float = 0.0
    unmarked: float = 0.15
    patience: int = 0
    inner: float = 0.1
    precision: str = "auto"

    def __post_init__(self) -> None:
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise UserError(f"head.precision={self.precision}: unknown; use auto, float32 or bfloat16")
        check_ranges("head", self, _RANGES)
