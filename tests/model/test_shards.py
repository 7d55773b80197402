"""Large files of a model in shards: read as one, checked as one, and noticed when one is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from meno_model.errors import WeightsError
from meno_model.weights import DEFAULT_WEIGHTS, GRAPH, MANIFEST, open_weights, renew_manifest
from meno_model.weights.shards import (
    SHARD_BYTES,
    checksum,
    join,
    parts_of,
    read_whole,
    remove,
    size_of,
    split,
    whole_name,
)


def test_a_split_file_reads_and_counts_as_before(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    content = bytes(range(256)) * 5
    path.write_bytes(content)
    before = checksum(path)
    shards = split(path, largest=100)
    assert [shard.name for shard in shards[:2]] == ["model.onnx.1-of-13", "model.onnx.2-of-13"]
    assert not path.exists()
    assert parts_of(path) == shards
    assert (read_whole(path), size_of(path), checksum(path)) == (content, len(content), before)
    assert {whole_name(shard) for shard in shards} == {"model.onnx"}
    assert join(path).read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_small_file_stays_whole_and_a_newer_one_replaces_older_shards(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old" * 100)
    split(path, largest=100)
    path.write_bytes(b"new")
    assert read_whole(path) == b"new"
    assert split(path, largest=100) == [path]
    assert list(tmp_path.iterdir()) == [path]
    remove(path)
    assert parts_of(path) == []
    with pytest.raises(FileNotFoundError):
        read_whole(path)


@pytest.mark.parametrize("lost", ["model.onnx.1-of-3", "model.onnx.2-of-3", "model.onnx.3-of-3"])
def test_a_lost_shard_is_noticed(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"x" * 250)
    split(path, largest=100)
    (tmp_path / lost).unlink()
    assert parts_of(path) == []


def test_the_shipped_files_are_small_shards_of_a_small_whole() -> None:
    sizes = [path.stat().st_size for path in DEFAULT_WEIGHTS.rglob("*") if path.is_file()]
    assert max(sizes) <= SHARD_BYTES
    assert sum(sizes) <= 64 * 2**20
    assert len(parts_of(DEFAULT_WEIGHTS / GRAPH)) > 1
    assert open_weights().graph_checksum == checksum(DEFAULT_WEIGHTS / GRAPH)


def test_a_damaged_or_missing_shard_is_refused_with_one_sentence(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DEFAULT_WEIGHTS, tmp_path / "weights"))
    last = parts_of(folder / GRAPH)[-1]
    content = last.read_bytes()
    last.write_bytes(content[:-1] + b"?")
    with pytest.raises(WeightsError, match=r"its checksum differs.*meno doctor"):
        open_weights(folder)
    last.unlink()
    with pytest.raises(WeightsError, match=r"model\.int8\.onnx is missing"):
        open_weights(folder)
    last.write_bytes(content)
    open_weights(folder)


def test_a_renewed_manifest_names_whole_files(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DEFAULT_WEIGHTS, tmp_path / "weights"))
    before = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    join(folder / GRAPH)
    renew_manifest(folder)
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8")) == before
    assert not (folder / GRAPH).exists()
    open_weights(folder)
