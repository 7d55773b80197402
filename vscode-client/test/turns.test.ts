import assert from "node:assert/strict";
import { test } from "node:test";
import { type DialogueState, rows } from "../src/turns";

const OPEN: DialogueState = {
  id: "dialogue-1",
  uri: "file:///a.py",
  range: { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } },
  title: "return-on-first-iteration",
  state: "open",
  turns: [
    { by: "meno", markdown: "**How many turns?**", notice: null },
    { by: "learner", markdown: "only *one*, <b>I</b> think" },
    { by: "meno", markdown: "Which one?", notice: "The tutor took longer." },
  ],
};

void test("each turn is a comment of its speaker", () => {
  assert.deepEqual(
    rows(OPEN).map((row) => row.author),
    ["Meno", "You", "Meno"],
  );
});

void test("what a learner writes is no Markdown", () => {
  assert.equal(rows(OPEN)[1]?.body, String.raw`only \*one\*, \<b\>I\</b\> think`);
});

void test("a notice stands below the turn", () => {
  assert.equal(rows(OPEN)[2]?.body, "Which one?\n\n*The tutor took longer.*");
  assert.equal(rows(OPEN)[0]?.body, "**How many turns?**");
});

void test("while Meno thinks, the thread says so", () => {
  const shown = rows({ ...OPEN, state: "thinking" });

  assert.equal(shown.length, OPEN.turns.length + 1);
  assert.match(shown[3]?.body ?? "", /thinking/);
});
