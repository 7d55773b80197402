// A change as the server sends it, and the text after it. Pure.

import type { Span } from "./warmth";

export interface TextChange {
  readonly range: Span;
  readonly newText: string;
}

export interface Change {
  readonly uri: string;
  readonly version: number;
  readonly title: string;
  readonly edits: readonly TextChange[];
}

/** The text with the edits made; they do not overlap. */
export function changed(text: string, edits: readonly TextChange[]): string {
  const starts = lineStarts(text);
  const offset = (line: number, character: number): number =>
    Math.min((starts[line] ?? text.length) + character, text.length);
  return edits
    .map(({ range, newText }) => ({
      from: offset(range.start.line, range.start.character),
      to: offset(range.end.line, range.end.character),
      newText,
    }))
    .sort((one, other) => other.from - one.from)
    .reduce((made, { from, to, newText }) => made.slice(0, from) + newText + made.slice(to), text);
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (match) => match.index + match[0].length)];
}
