import assert from "node:assert/strict";
import { test } from "node:test";
import { Text } from "@codemirror/state";
import { editsFor, preview, toChanges } from "../src/edits";
import { toOffset, toPosition, visible } from "../src/positions";

const text = Text.of(["a = 1", "b = a", "print(b)"]);
const at = (line: number, from: number, to: number) => ({
  start: { line, character: from },
  end: { line, character: to },
});

test("positions and offsets go both ways, and what lies outside is brought inside", () => {
  for (let offset = 0; offset <= text.length; offset += 1) {
    assert.equal(toOffset(text, toPosition(text, offset)), offset);
  }
  assert.equal(toOffset(text, { line: 9, character: 9 }), text.length);
  assert.equal(toOffset(text, { line: 0, character: 99 }), 5);
});

test("an empty range can be seen", () => {
  assert.deepEqual(visible(text, at(0, 2, 2)), { from: 2, to: 3 });
  assert.deepEqual(visible(text, at(0, 5, 5)), { from: 4, to: 5 });
});

test("a change is previewed as whole lines with one around", () => {
  const edits = [{ range: at(1, 4, 5), newText: "2" }];
  assert.equal(preview(text, edits), "  a = 1\n- b = a\n+ b = 2\n  print(b)");
  assert.equal(toChanges(text, edits).apply(text).toString(), "a = 1\nb = 2\nprint(b)");
});

test("several edits of one text all count from the text before", () => {
  const edits = [
    { range: at(0, 4, 5), newText: "10" },
    { range: at(2, 6, 7), newText: "a" },
  ];
  assert.equal(toChanges(text, edits).apply(text).toString(), "a = 10\nb = a\nprint(a)");
});

test("edits for another version are refused", () => {
  const edits = [{ range: at(0, 0, 1), newText: "x" }];
  const edit = { documentChanges: [{ textDocument: { uri: "u", version: 3 }, edits }] };
  assert.equal(editsFor(edit, "u", 3), edits);
  assert.equal(editsFor(edit, "u", 4), undefined);
  assert.equal(editsFor({ changes: { u: edits } }, "u", 4), edits);
});
