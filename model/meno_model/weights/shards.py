"""Large files of a model in shards, so that none is too large for where models are kept, sent and fetched.

`NAME` of more than `SHARD_BYTES` lies as `NAME.1-of-3`, `NAME.2-of-3`, `NAME.3-of-3`: the names say whether
one is missing. Whoever reads gets the whole, and a whole file is read as it is; where both lie, the whole one
counts, since it was written later. The manifest holds the checksum of the whole.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

SHARD_BYTES = 4 * 2**20
_SHARD = re.compile(r"(.+)\.(\d+)-of-(\d+)")


def parts_of(path: Path) -> list[Path]:
    """The files that hold `path`: itself, or all of its shards in order; none where it is not there whole."""
    if path.is_file():
        return [path]
    found = sorted(_shards(path), key=_number)
    if not found or _number(found[-1]) != len(found):
        return []
    counts = {_counted(shard) for shard in found}
    return found if counts == {len(found)} else []


def read_whole(path: Path) -> bytes:
    """The content of a file or of its shards; a `FileNotFoundError` where there is neither."""
    parts = parts_of(path)
    if not parts:
        raise FileNotFoundError(path)
    return b"".join(part.read_bytes() for part in parts)


def size_of(path: Path) -> int:
    """Bytes of a file or of its shards."""
    return sum(part.stat().st_size for part in parts_of(path))


def checksum(path: Path) -> str:
    """SHA-256 of a file, or of what its shards hold together, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts_of(path):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def whole_name(path: Path) -> str:
    """The name of the file that `path` is or is a shard of."""
    match = _SHARD.fullmatch(path.name)
    return match[1] if match else path.name


def split(path: Path, largest: int = SHARD_BYTES) -> list[Path]:
    """Put a whole file of more than `largest` bytes into shards, in place of it and of older shards."""
    if not path.is_file():
        return parts_of(path)
    for old in _shards(path):
        old.unlink()
    content = path.read_bytes()
    if len(content) <= largest:
        return [path]
    number = -(-len(content) // largest)
    shards = [path.with_name(f"{path.name}.{k + 1}-of-{number}") for k in range(number)]
    for k, shard in enumerate(shards):
        shard.write_bytes(content[k * largest : (k + 1) * largest])
    path.unlink()
    return shards


def join(path: Path) -> Path:
    """Put the shards of a file together again, in place of them."""
    content = read_whole(path)
    remove(path)
    path.write_bytes(content)
    return path


def remove(path: Path) -> None:
    """Remove a file and its shards, as far as they are there."""
    path.unlink(missing_ok=True)
    for shard in _shards(path):
        shard.unlink()


def _shards(path: Path) -> list[Path]:
    return [other for other in path.parent.glob("*") if other != path and whole_name(other) == path.name]


def _number(shard: Path) -> int:
    match = _SHARD.fullmatch(shard.name)
    return int(match[2]) if match else 0


def _counted(shard: Path) -> int:
    match = _SHARD.fullmatch(shard.name)
    return int(match[3]) if match else 0
