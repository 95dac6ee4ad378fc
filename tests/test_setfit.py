"""The peer, on the stand-in that can be fine-tuned; its library is an extra."""

from __future__ import annotations

import numpy as np
import pytest

from framing.exceptions import UserError
from framing.heads import make_head
from framing.heads.setfit import SetfitConfig


def test_setfit_learns_every_task_within_its_time_and_is_never_saved(tiny, table, tmp_path, capfd):
    config = SetfitConfig(iterations=1, batch_size=8, max_tokens=64, max_seconds=8)
    head = make_head(config, table.tasks, tiny, 0)
    head.fit(table.rows, table.labels, np.arange(len(table)))
    said = capfd.readouterr()
    assert "it/s" not in said.err
    assert "train_runtime" not in said.out
    given = head.predict_proba(table.rows)
    for task in table.tasks:
        p = given[task.name]
        assert p.shape == (len(table), len(task.classes))
        assert ((p >= 0) & (p <= 1)).all()
    assert np.allclose(given["stance"].sum(axis=1), 1)
    unmarked = head.predict_proba(table.rows, "unmarked", ["stance"])
    assert set(unmarked) == {"stance"}
    assert not np.allclose(unmarked["stance"], given["stance"])
    with pytest.raises(UserError, match="never saved"):
        head.save(tmp_path)
    with pytest.raises(UserError):
        head.load(tmp_path)
