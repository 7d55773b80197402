"""The text itself: the document store, positions in every encoding, units, and the tolerant parser."""

from meno_analyzers.source.document import Document, Snapshot, Splice
from meno_analyzers.source.positions import Encoding
from meno_analyzers.source.units import Unit, UnitChange, UnitKind, UnitMap

__all__ = ["Document", "Encoding", "Snapshot", "Splice", "Unit", "UnitChange", "UnitKind", "UnitMap"]
