from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conftest import STANCE, TASKS
from framing.data import Rows
from framing.encoder import Encoder, EncoderConfig
from framing.exceptions import UserError
from framing.heads.finetuned import FinetuneConfig, FinetunedHead


def head(tiny, seed=0, tasks=TASKS, **changes):
    return FinetunedHead(FinetuneConfig(**{"frozen_layers": 1, "epochs": 3, **changes}), tasks, tiny, seed)


def learnt(fitted):
    return {name: tensor.numpy().copy() for name, tensor in fitted._network.learnt().items()}


def same(a, b):
    return a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a)


def test_the_same_seed_gives_the_same_weights(table, tiny):
    groups = np.arange(len(table))
    one, two, three = head(tiny), head(tiny), head(tiny, seed=1)
    for each in (one, two, three):
        each.fit(table.rows, table.labels, groups)
    assert same(learnt(one), learnt(two))
    assert not same(learnt(one), learnt(three))


def test_a_training_that_is_killed_goes_on_as_if_nothing_had_happened(table, tiny, tmp_path, monkeypatch):
    from framing.encoder.finetuning import Training

    groups = np.arange(len(table)) // 4
    settings = {"epochs": 4, "patience": 4, "inner": 0.2}
    whole = head(tiny, **settings)
    whole.fit(table.rows, table.labels, groups)

    original, epochs = Training._one_epoch, []

    def killed(self, progress):
        epochs.append(self.epoch)
        if len(epochs) == 3:
            raise KeyboardInterrupt
        original(self, progress)

    monkeypatch.setattr(Training, "_one_epoch", killed)
    stopped = head(tiny, **settings)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(table.rows, table.labels, groups, tmp_path)
    assert list(tmp_path.iterdir())
    again = head(tiny, **settings)
    again.fit(table.rows, table.labels, groups, tmp_path)
    assert epochs == [0, 1, 2, 2, 3]  # what was finished is not done again
    assert same(learnt(whole), learnt(again))
    assert not list(tmp_path.iterdir())


def test_a_broken_state_is_begun_anew(table, tiny, tmp_path):
    (tmp_path / "state.safetensors").write_bytes(b"half a file")
    one, two = head(tiny), head(tiny)
    one.fit(table.rows, table.labels, np.arange(len(table)))
    two.fit(table.rows, table.labels, np.arange(len(table)), tmp_path)
    assert same(learnt(one), learnt(two))


def test_embeddings_and_frozen_layers_stay_as_they_are(table, tiny):
    from framing.encoder.transformer import open_model

    fitted = head(tiny)
    fitted.fit(table.rows, table.labels, np.arange(len(table)))
    before = dict(open_model(tiny.model_folder())[0].auto_model.named_parameters())
    network = fitted._network
    for part, name in ((network.embeddings, "embeddings"), (network.lower[0], "encoder.layer.0")):
        assert all((p == before[f"{name}.{n}"]).all() for n, p in part.named_parameters())
    assert not any((p == before[f"encoder.layer.1.{n}"]).all() for n, p in network.upper[0].named_parameters())
    for long in (lambda h: h.prepare(table.rows), lambda h: h.fit(table.rows, table.labels, np.arange(len(table)))):
        with pytest.raises(UserError, match="2 layers are used"):
            long(head(tiny, frozen_layers=2))


def test_a_row_teaches_a_task_only_by_the_text_that_the_task_sees(table, tiny):
    """Attribution sees who was introduced as the speaker, and learns of such a row nothing from the marked text."""
    tasks = [replace(t, reads_speaker=t.name == "attribution") for t in TASKS]
    rows = Rows(table.rows.texts, table.rows.targets, ["the spokesman said"] * len(table))
    turned = table.labels | {"attribution": 1 - table.labels["attribution"]}

    def trained(labels, unmarked):
        fitted = head(tiny, tasks=tasks, epochs=1, unmarked=unmarked, balance=0.0)
        fitted.fit(rows, labels, np.arange(len(table)))
        return learnt(fitted)

    assert same(trained(table.labels, 1e-9), trained(turned, 1e-9))  # the text with the introduction is never drawn
    assert not same(trained(table.labels, 0.5), trained(turned, 0.5))


def test_an_unmarked_text_is_read_once_for_all_rows_of_its_sentence(table, tiny, monkeypatch):
    from framing.encoder.finetuning import Training

    texts, targets = ["Iran left.", "NATO came back."] * 2, ["iran", "nato", "nato", "iran"]
    labels = {t.name: table.labels[t.name][[0, 1, 0, 1]] for t in TASKS}
    read, answered, plain = [], [], Training._plain

    def watched(self, rows):
        below = self.network.below
        monkeypatch.setattr(self.network, "below", lambda ids, real: read.append(len(ids)) or below(ids, real))
        values = plain(self, rows)
        answered.append({name: v.detach().clone() for name, v in values.items()})
        order = self.plain_text[rows]
        assert all((v[order == i][0] == v[order == i]).all() for v in answered[-1].values() for i in (0, 1))
        return values

    monkeypatch.setattr(Training, "_plain", watched)
    head(tiny, epochs=1, unmarked=1 - 1e-9).fit(Rows(texts, targets, [""] * 4), labels, np.arange(4))
    assert read == [2]
    assert {len(v) for v in answered[0].values()} == {4}


def test_the_layers_are_those_of_the_encoder(table, tiny):
    import torch

    from framing.encoder.network import Network, Output
    from framing.encoder.transformer import open_model

    model = open_model(tiny.model_folder())
    network = Network(model[0].auto_model, [Output("stance", 3, False, True)], 0, 1)
    tokens = model.tokenizer(table.rows.texts[:4], padding=True, return_tensors="pt", truncation=True, max_length=64)
    real = tokens["attention_mask"].bool()
    states = network.below(tokens["input_ids"], real)
    for layer in network.upper:
        states = layer(states, real[:, None, None, :])
    whole = model[0].auto_model.eval()(**tokens).last_hidden_state
    assert torch.allclose(states[real], whole[real], atol=1e-5)


def test_nearness_falls_with_the_distance_to_the_mark():
    import torch

    from framing.encoder.network import nearness

    marked = torch.zeros(1, 60, dtype=torch.bool)
    marked[0, [10, 40]] = True
    weights = nearness(marked)[0]
    assert weights[[10, 13, 40, 43]].tolist() == [1, 1, 1, 1]
    assert weights[14] == weights[6] < 1
    assert weights[25] == weights[[10, 40]].min() - (15 - 3) / 24


def test_it_learns_which_of_two_forces_is_meant(tiny):
    """Praise and blame of two forces in one sentence: only the marker tells the answers apart."""
    forces = {"nato": "the NATO mission", "turkey": "Turkish troops"}
    texts, targets, labels = [], [], []
    for i in range(40):
        liked, blamed = ("nato", "turkey") if i % 2 else ("turkey", "nato")
        text = f"Speaker {i} praised {forces[liked]} and condemned {forces[blamed]}"
        texts += [text, text]
        targets += [liked, blamed]
        labels += [0, 1]
    rows, gold = Rows(texts, targets), np.array(labels)
    fitted = head(tiny, tasks=[STANCE], frozen_layers=0, epochs=30, lr=3e-3, head_lr=1e-2)
    fitted.fit(rows, {"stance": gold}, np.arange(len(rows)))
    given = {mode: fitted.predict_proba(rows, mode)["stance"].argmax(axis=1) for mode in ("marked", "unmarked")}
    assert (given["marked"] == gold).mean() > 0.9
    assert (given["unmarked"][::2] == given["unmarked"][1::2]).all()


def test_stopping_early_keeps_the_best_epoch_and_learns_from_no_inner_group(table, tiny, monkeypatch):
    scores = iter([0.1, 0.9, 0.2, 0.3, 0.4])
    seen = []
    fitted = head(tiny, epochs=5, patience=2, inner=0.25)
    groups = np.arange(len(table)) // 5

    def scored(task, gold, probabilities):
        seen.append(learnt(fitted))
        return next(scores)

    monkeypatch.setattr("framing.heads.finetuned._score", scored)
    fitted.tasks = (STANCE,)
    fitted.fit(table.rows, {"stance": table.labels["stance"]}, groups)
    assert len(seen) == 4  # two without a better one
    assert same(learnt(fitted), seen[1])
    learn, inner = fitted._inner_split(groups)
    assert len(inner)
    assert not set(groups[learn]) & set(groups[inner])
    with pytest.raises(UserError, match=r"head\.inner"):
        head(tiny, patience=1).fit(table.rows, table.labels, np.zeros(len(table), dtype=int))


def test_an_encoder_that_is_no_transformer_is_refused(tmp_path):
    encoder = Encoder(EncoderConfig(kind="hashing"), cache=tmp_path)
    with pytest.raises(UserError, match="no transformer to be fine-tuned"):
        head(encoder)


def test_weights_of_another_shape_are_refused(table, tiny, tmp_path):
    fitted = head(tiny)
    fitted.fit(table.rows, table.labels, np.arange(len(table)))
    fitted.save(tmp_path)
    with pytest.raises(UserError, match="do not fit"):
        head(tiny, frozen_layers=0).load(tmp_path)
    (tmp_path / "finetuned.json").write_text('{"seen": {"stance": [true], "attribution": []}}')
    with pytest.raises(UserError, match="does not fit the classes"):
        head(tiny).load(tmp_path)


def test_a_text_longer_than_the_encoder_can_read_is_cut(table, tiny):
    fitted = head(tiny, epochs=1, max_tokens=100_000)
    fitted.fit(table.rows, table.labels, np.arange(len(table)))
    long = Rows(["word " * 5000], ["nato"])
    assert fitted.predict_proba(long)["stance"].shape == (1, 3)


def test_only_what_stands_in_braces_is_marked(tiny):
    from framing.encoder.network import tokenise
    from framing.encoder.transformer import open_model

    tokenizer = open_model(tiny.model_folder()).tokenizer
    text = "praise for { NATO } and no one else"
    tokens = tokenise(tokenizer, [text, "nobody"], "query: ", 64)
    shown = tokenizer.decode(tokens.ids[0][tokens.marked[0]])
    assert shown.replace(" ", "").replace("▁", "") == "{NATO}"
    assert not tokens.marked[1].any()


def test_a_saved_model_needs_the_encoder_only_if_it_is_not_packed_in(tiny_encoder, small_csv, tmp_path, monkeypatch):
    import shutil

    import framing
    from framing.cli import run

    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine"
    shutil.copytree(tiny_encoder, mine)
    settings = ["encoder=hub", f"encoder.name={mine}", "head.frozen_layers=1", "head.epochs=1", "protocol.folds=2"]
    more = [f"data.path={small_csv}", "references=[]", "task=[stance]", "uncertainty.rounds=50"]
    assert run(["train", "+exp=finetune", *settings, *more]) == 0
    assert run(["train", "+exp=finetune", *settings, *more, "model.standalone=true"]) == 0
    light, packed = sorted((tmp_path / "outputs").glob("*/model"))
    assert sorted(p.name for p in light.iterdir()) == [
        "finetuned.json",
        "finetuned.safetensors",
        "manifest.json",
        "model.json",
    ]
    rows = [{"text": "The speaker condemned Turkish troops", "target": "turkey"}]
    before = framing.load_model(light).predict(rows)
    shutil.rmtree(mine)
    assert framing.load_model(packed).predict(rows).equals(before)
    with pytest.raises(UserError):
        framing.load_model(light)
    assert not list(tmp_path.glob("**/unfinished/*"))


def test_a_task_may_have_any_name(tiny):
    from framing.labels import Task

    tasks = [Task("type", ("a", "b")), Task("train", ("x", "y"), multi=True, reads_target=True)]
    fitted = head(tiny, tasks=tasks, epochs=1)
    labels = {"type": np.array([0, 1, 0, 1]), "train": np.eye(2, dtype=int)[[0, 1, 1, 0]]}
    rows = Rows(["one text", "another", "a third", "a fourth"], ["nato"] * 4)
    fitted.fit(rows, labels, np.arange(4))
    assert fitted.predict_proba(rows)["train"].shape == (4, 2)
    assert list(fitted.predict_proba(rows, only=["type"])) == ["type"]


def test_rows_of_one_sentence_that_are_labelled_differently_are_pulled_apart():
    import torch

    from framing.encoder.finetuning import turned

    values = torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, 9.0]])
    gold, sentences = torch.tensor([0, 1, 0, 2]), np.array([7, 7, 8, 8])
    # first pair: (2 - 0) - (0 - 1) = 3; second pair: (5 - 0) - (0 - 9) = 14; each row of four counts
    expected = (np.log1p(np.exp(-3)) + np.log1p(np.exp(-14))) / 4
    assert float(turned(values, gold, sentences)) == pytest.approx(expected)
    assert float(turned(values + torch.tensor([3.0, -1.0, 0.5]), gold, sentences)) == pytest.approx(expected)
    assert float(turned(values, torch.tensor([0, 0, 2, 2]), sentences)) == 0  # nobody differs
    assert float(turned(values, gold, np.arange(4))) == 0  # no two rows of one sentence
