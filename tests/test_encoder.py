from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from framing.encoder import Encoder, EncoderConfig
from framing.encoder.cache import EmbeddingCache
from framing.encoder.transformer import check_folder, open_model
from framing.exceptions import UserError

TEXTS = ["القوات باقية", "forces remain", "القوات باقية", "die Truppen"]


def encoder(tmp_path, **settings):
    return Encoder(EncoderConfig(kind="hashing", **settings), cache=tmp_path)


def test_distinct_texts_are_embedded_once_and_scattered_back(tmp_path):
    one = encoder(tmp_path)
    vectors = one.encode(TEXTS)
    assert one.embedded == 3
    assert (vectors[0] == vectors[2]).all()
    assert not (vectors[0] == vectors[1]).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_a_second_process_embeds_nothing(tmp_path):
    first = encoder(tmp_path).encode(TEXTS)
    again = encoder(tmp_path)
    assert (again.encode(TEXTS) == first).all()
    assert again.embedded == 0


def test_whatever_changes_an_embedding_changes_the_key(tmp_path):
    encoder(tmp_path).encode(TEXTS)
    for settings in ({"prompt": "query: "}, {"precision": "bfloat16"}):
        other = encoder(tmp_path, **settings)
        other.encode(TEXTS)
        assert other.embedded == 3
    batch = encoder(tmp_path, batch_size=8)
    batch.encode(TEXTS)
    assert batch.embedded == 0


def test_a_damaged_cache_is_computed_again(tmp_path, capsys):
    first = encoder(tmp_path).encode(TEXTS)
    (file,) = (tmp_path / "embeddings").glob("*.sqlite")
    cache = EmbeddingCache(file)
    with cache._connect() as db:
        db.execute("UPDATE embedding SET vector = zeroblob(256)")
    again = encoder(tmp_path)
    assert (again.encode(TEXTS) == first).all()
    assert again.embedded == 3
    for extra in file.parent.glob("*.sqlite-*"):
        extra.unlink()
    file.write_bytes(b"this is no database" * 100)
    assert (encoder(tmp_path).encode(TEXTS) == first).all()
    assert "damaged" in capsys.readouterr().err


def test_a_cache_that_is_damaged_in_the_middle_is_started_anew(tmp_path, capsys):
    texts = [f"text {i}" for i in range(400)]
    first = encoder(tmp_path).encode(texts)
    (file,) = (tmp_path / "embeddings").glob("*.sqlite")
    with EmbeddingCache(file)._connect() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[4096:-4096] = b"\xff" * len(content[4096:-4096])
    file.write_bytes(content)
    again = encoder(tmp_path)
    assert (again.encode(texts) == first).all()
    assert again.embedded == 400
    assert "damaged" in capsys.readouterr().err


def _encode_many(args):
    folder, start = args
    e = Encoder(EncoderConfig(kind="hashing"), cache=Path(folder))
    return e.encode([f"text {i}" for i in range(start, start + 300)]).sum()


def test_many_processes_share_one_cache(tmp_path):
    jobs = [(str(tmp_path), start) for start in (0, 100, 200, 0)]
    with ProcessPoolExecutor(4) as pool:
        sums = list(pool.map(_encode_many, jobs))
    assert sums[0] == sums[3]


def test_wrong_settings_are_refused(tmp_path):
    for settings in ({"kind": "nope"}, {"kind": "hashing", "precision": "int3"}, {"kind": "hub"}, {"batch_size": 0}):
        with pytest.raises(UserError, match=r"encoder"):
            Encoder(EncoderConfig(**settings), cache=tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        Encoder(EncoderConfig(kind="hub", name="/nowhere/at/all"), cache=tmp_path)


GOOD_MODULES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pytorch_model.bin": b"x"}, "safetensors"),
        ({"modeling.py": b"print(1)"}, "safetensors"),
        ({"modules.json": json.dumps([{"type": "os.system"}]).encode()}, "os.system"),
        ({"modules.json": json.dumps([{"type": "sentence_transformers.models.WordWeights"}]).encode()}, "WordWeights"),
        ({"config.json": json.dumps({"auto_map": {"AutoModel": "evil.Model"}}).encode()}, "auto_map"),
        ({"modules.json": b"[" * 9}, "not a sentence-transformers folder"),
    ],
)
def test_an_encoder_folder_that_could_run_code_is_not_opened(tmp_path, change, says):
    files = {"modules.json": json.dumps(GOOD_MODULES).encode(), "config.json": b"{}", **change}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=says):
        check_folder(tmp_path)


def test_an_encoder_folder_without_its_weights_is_a_line(tiny_encoder, tmp_path):
    for weights in (None, b"version https://git-lfs.github.com/spec/v1\n"):
        folder = tmp_path / str(bool(weights))
        shutil.copytree(tiny_encoder, folder)
        (file,) = folder.rglob("*.safetensors")
        file.unlink() if weights is None else file.write_bytes(weights)
        with pytest.raises(UserError, match="cannot be opened as a sentence-transformers model"):
            open_model(folder)


@pytest.mark.real_encoder
def test_the_real_encoder_is_built_checked_and_multilingual(real_cache):
    real = Encoder(EncoderConfig(kind="e5_small", prompt="query: "), cache=real_cache)
    pairs = [
        (
            "طالب البرلمان بانسحاب القوات الأجنبية من البلاد",
            "Parliament demanded that foreign troops leave the country",
        ),
        ("وصل مدربو الحلف إلى القاعدة الجوية", "The alliance's trainers arrived at the air base"),
        ("ارتفعت أسعار الخبز في المدينة", "The price of bread rose in the city"),
        ("استقبل الوزير السفير في مكتبه", "The minister received the ambassador in his office"),
    ]
    vectors = real.encode([t for pair in pairs for t in pair])
    assert vectors.shape == (8, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    similar = vectors[::2] @ vectors[1::2].T
    assert (similar.argmax(axis=0) == np.arange(4)).all()
    assert (similar.argmax(axis=1) == np.arange(4)).all()


@pytest.mark.real_encoder
def test_the_real_tokenizer_gives_the_published_ids(real_cache):
    from tokenizers import Tokenizer

    from framing.encoder import e5_small

    tokenizer = Tokenizer.from_file(str(e5_small.folder(real_cache) / "tokenizer.json"))
    # XLM-RoBERTa's ids of this string, as its own tokenizer gives them
    assert tokenizer.encode("query: Hello world").ids == [0, 41, 1294, 12, 35378, 8999, 2]


@pytest.mark.real_encoder
def test_the_real_encoder_needs_no_network(real_cache):
    """Any look-up or connection raises in this process."""
    code = """
import socket, sys
def no(*a, **k): raise SystemExit("a connection was tried: " + repr(a))
socket.socket.connect = no; socket.getaddrinfo = no
from pathlib import Path
from framing.encoder import Encoder, EncoderConfig
e = Encoder(EncoderConfig(kind="e5_small"), cache=Path(sys.argv[1]), remember=False)
print(e.encode(["a quiet sentence"]).shape)
"""
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "HF_HUB_OFFLINE")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(real_cache)], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(1, 384)"
    assert done.stderr.strip() == ""


@pytest.mark.real_encoder
def test_other_weights_are_refused(tmp_path, monkeypatch):
    from framing.encoder import e5_small

    fake = tmp_path / "e5-small-q4.bin"
    fake.write_bytes(b"E5S1" + b"\0" * 100)
    monkeypatch.setattr(e5_small, "source_file", lambda: fake)
    with pytest.raises(UserError, match="sha256"):
        e5_small.folder(tmp_path / "cache")
    assert not list((tmp_path / "cache/encoders").glob("e5_small-*[!k]/modules.json"))


@pytest.mark.real_encoder
def test_the_built_folder_is_an_encoder_from_a_folder_too(real_cache, tmp_path):
    from framing.encoder import e5_small

    folder = e5_small.folder(real_cache)
    ours = Encoder(EncoderConfig(kind="e5_small"), cache=real_cache, remember=False)
    same = Encoder(EncoderConfig(kind="hub", name=str(folder)), cache=tmp_path, remember=False)
    assert (ours.encode(TEXTS) == same.encode(TEXTS)).all()
