import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, type TextChange } from "../src/change";

const edit = (line: number, from: number, to: number, newText: string): TextChange => ({
  range: { start: { line, character: from }, end: { line, character: to } },
  newText,
});

test("several edits are made at the places that they were meant for", () => {
  const text = "a = 1\r\nb = 22\nc = 3";

  assert.equal(
    changed(text, [edit(0, 4, 5, "100"), edit(2, 4, 5, "9"), edit(1, 4, 6, "")]),
    "a = 100\r\nb = \nc = 9",
  );
});

test("an edit behind the end of the text is made at its end", () => {
  assert.equal(changed("a", [edit(7, 0, 0, "\nb")]), "a\nb");
});
