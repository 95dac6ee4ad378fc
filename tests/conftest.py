"""Everything here runs on the stand-in encoder and in folders of its own; tests of the real one are marked."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from framing.data import Table, read_table
from framing.encoder import Encoder, EncoderConfig
from framing.labels import Task

ROOT = Path(__file__).resolve().parents[1]
FAST = ["encoder=hashing", "protocol.folds=3", "uncertainty.rounds=200"]

STANCE = Task("stance", ("favor", "against", "neutral"), reads_target=True)
ATTRIBUTION = Task("attribution", ("official", "diplomat", "militia", "other"), multi=True)
TASKS = (STANCE, ATTRIBUTION)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test first: it takes as long as many others together, which go to the other process meanwhile."""
    items.sort(key=lambda item: item.name != "test_the_readmes_code_runs")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ.setdefault("FRAMING_CACHE", str(tmp_path_factory.getbasetemp().parent / "framing-cache"))


@pytest.fixture(autouse=True)
def _own_store() -> None:
    os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow leaves it behind when a run was started


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """A CSV of these rows; the first names the columns."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


_SPREAD = 370  # samples are spread over so many articles: what is added behind them changes no test


def sample_rows(documents: int = 14) -> list[dict[str, str]]:
    """Whole articles of the repository's own file, of all its languages; none is held out."""
    with (ROOT / "data/labels.csv").open(encoding="utf-8", newline="") as stream:
        rows = [{k: v for k, v in row.items() if k != "split"} for row in csv.DictReader(stream)]
    by_document: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_document.setdefault(row["doc_id"], []).append(row)
    step = _SPREAD // documents
    return [row for doc in list(by_document)[::step][:documents] for row in by_document[doc]]


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in that can be fine-tuned in seconds: a transformer of two small layers with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    source, target = tmp_path_factory.mktemp("tiny-source"), tmp_path_factory.mktemp("tiny")
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=1500, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([r["text"] + " { }" for r in sample_rows()], trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    names = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=128, **names).save_pretrained(source)
    torch.manual_seed(0)
    BertModel(
        BertConfig(vocab_size=1500, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    ).save_pretrained(source)
    model = Transformer(str(source), max_seq_length=128)
    SentenceTransformer(modules=[model, Pooling(model.get_embedding_dimension())], device="cpu").save(str(target))
    return target


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Eight articles, read for ``TASKS``."""
    return read_table(write_csv(tmp_path_factory.mktemp("table") / "table.csv", sample_rows(8)), TASKS)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Encoder:
    """The stand-in that can be fine-tuned, opened."""
    return Encoder(EncoderConfig(kind="hub", name=str(tiny_encoder)), cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen articles."""
    return write_csv(tmp_path_factory.mktemp("data") / "small.csv", sample_rows())


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, small_csv: Path) -> Path:
    """A folder in which one run was trained, on the stand-in encoder. Tests read in it and never train in it."""
    from framing.cli import run

    folder = tmp_path_factory.mktemp("trained")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert run(["train", "+exp=baseline", *FAST, f"data.path={small_csv}"]) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def model_folder(trained: Path) -> Path:
    """The bare model folder of that run."""
    (folder,) = (trained / "outputs").glob("*/model")
    return folder


@pytest.fixture(scope="session")
def real_cache() -> Path:
    """The user's own cache folder: the real encoder is built there once, and not for every test run."""
    from platformdirs import user_cache_path

    return user_cache_path("framing")
