// Offsets of the editor and positions of the protocol; both count in UTF-16. Pure.

import type { Text } from "@codemirror/state";
import type { Position, Range } from "./protocol";

export function toOffset(text: Text, position: Position): number {
  if (position.line >= text.lines) {
    return text.length;
  }
  const line = text.line(position.line + 1);
  return Math.min(line.from + position.character, line.to);
}

export function toPosition(text: Text, offset: number): Position {
  const line = text.lineAt(offset);
  return { line: line.number - 1, character: offset - line.from };
}

export function toRange(text: Text, from: number, to: number): Range {
  return { start: toPosition(text, from), end: toPosition(text, to) };
}

/** A range that can be seen: an empty one takes the next character, at a line's end the one before. */
export function visible(text: Text, range: Range): { from: number; to: number } {
  const from = toOffset(text, range.start);
  const to = toOffset(text, range.end);
  if (from < to) {
    return { from, to };
  }
  const line = text.lineAt(from);
  return from < line.to ? { from, to: from + 1 } : { from: Math.max(line.from, from - 1), to: from };
}
