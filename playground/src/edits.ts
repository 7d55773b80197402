// The server's edits as changes of the editor, and as lines before and after for a preview. Pure.

import { ChangeSet, type Text } from "@codemirror/state";
import { toOffset } from "./positions";
import type { TextEdit, WorkspaceEdit } from "./protocol";

/** The edits of one document; undefined if they are for another text than the one of now. */
export function editsFor(edit: WorkspaceEdit, uri: string, version: number): readonly TextEdit[] | undefined {
  const versioned = edit.documentChanges?.find((change) => change.textDocument.uri === uri);
  if (versioned !== undefined) {
    const wanted = versioned.textDocument.version;
    return wanted === null || wanted === version ? versioned.edits : undefined;
  }
  return edit.changes?.[uri];
}

export function toChanges(text: Text, edits: readonly TextEdit[]): ChangeSet {
  const changes = edits.map(({ range, newText }) => ({
    from: toOffset(text, range.start),
    to: toOffset(text, range.end),
    insert: newText,
  }));
  return ChangeSet.of(changes, text.length);
}

/** The change as a diff of whole lines, with one line around it. */
export function preview(text: Text, edits: readonly TextEdit[]): string {
  const changes = toChanges(text, edits);
  const after = changes.apply(text);
  const parts: string[] = [];
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    const old = [text.lineAt(fromA).number, text.lineAt(toA).number] as const;
    const now = [after.lineAt(fromB).number, after.lineAt(toB).number] as const;
    parts.push(
      ...lines(text, old[0] - 1, old[0] - 1, " "),
      ...lines(text, old[0], old[1], "-"),
      ...lines(after, now[0], now[1], "+"),
      ...lines(text, old[1] + 1, old[1] + 1, " "),
    );
  });
  return parts.join("\n");
}

function lines(text: Text, first: number, last: number, sign: string): string[] {
  const found: string[] = [];
  for (let number = Math.max(1, first); number <= Math.min(text.lines, last); number += 1) {
    found.push(`${sign} ${text.line(number).text}`);
  }
  return found;
}
