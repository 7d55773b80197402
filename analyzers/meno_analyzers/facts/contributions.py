"""What a unit's summary contributes to the answers about its file, by the key that questions depend on.

Keys are a name, `ROLE:name` of a mention, `local:name`, `class:Name`, `Class.attribute`, and two for the
file as a whole. An edit concerns a unit elsewhere only if the contributions to a key that it asked about are
different afterwards, so that typing in a body, which contributes what it did before, concerns nobody.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from meno_analyzers.facts.module import ALL_NAMES, LIBRARIES, OPEN
from meno_analyzers.facts.summary import ClassPart, Mention, Summary


def contributions(summary: Summary, class_name: str | None) -> dict[str, Hashable]:
    """Key → something that is equal exactly if the contribution is."""
    found: dict[str, Hashable] = {}
    rebound = summary.mentions.get(Mention.REBOUND, frozenset())
    for name in summary.names:
        found[name] = (
            summary.bindings.get(name),
            summary.functions.get(name),
            name in summary.uncertain or name in rebound,
        )
    for mention, names in summary.mentions.items():
        for name in names:
            found[f"{mention.name}:{name}"] = True
    for name, function in summary.locals.items():
        found[f"local:{name}"] = function
    if summary.part is not None:
        _of_class(summary.part, class_name, found)
    if summary.star_import or summary.dynamic:
        found[OPEN] = True
    if summary.imports_libraries:
        found[LIBRARIES] = True
    return found


def _of_class(part: ClassPart, class_name: str | None, found: dict[str, Hashable]) -> None:
    name = part.header.name if part.header is not None else class_name
    if name is None:
        return
    attributes = {*part.names, *part.stores, *part.reads, *part.changes, *part.body_reads}
    for attribute in attributes:
        found[f"{name}.{attribute}"] = (
            attribute in part.names,
            attribute in part.stores,
            attribute in part.reads,
            attribute in part.changes,
            attribute in part.body_reads,
            part.methods.get(attribute),
            part.mutables.get(attribute),
        )
    found[f"class:{name}"] = (
        part.header,
        part.dynamic,
        part.methods.get("__init__"),
        part.names | part.stores,
    )


def changed_keys(
    before: Iterable[tuple[Summary, str | None]], after: Iterable[tuple[Summary, str | None]]
) -> set[str]:
    """The keys to which the units before an edit and those after it contribute differently."""
    before, after = list(before), list(after)
    if before == after:
        return set()
    old, new = _joined(before), _joined(after)
    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    # A name or a class that is there for the first time, or no longer, changes the list of all names.
    if any(":" not in key and "." not in key for key in old.keys() ^ new.keys()) or any(
        key.startswith("class:") for key in changed
    ):
        changed.add(ALL_NAMES)
    return changed


def _joined(units: Iterable[tuple[Summary, str | None]]) -> dict[str, Hashable]:
    """The contributions of several units together; the order of the units does not matter."""
    parts = [contributions(summary, class_name) for summary, class_name in units]
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, list[Hashable]] = {}
    for part in parts:
        for key, value in part.items():
            joined.setdefault(key, []).append(value)
    return {
        key: values[0] if len(values) == 1 else tuple(sorted(values, key=repr))
        for key, values in joined.items()
    }
