import assert from "node:assert/strict";
import { test } from "node:test";
import { following, ofFinding, plainTitle, rungsOf, told } from "../src/ladder";
import type { CodeAction, Diagnostic } from "../src/protocol";

const diagnostic: Diagnostic = {
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } },
  code: "ME101",
  message: "`nope` has no value.",
  data: { fingerprint: "abc" },
};
const more = "\n\n*More: the code action “Next hint”.*";

test("of a hover only the hints of this finding stay", () => {
  const own = "**misspelled-name** · ME101\n\n`nope` has no value.\n\nLook at the names.";
  const other = "**other** · ME301\n\nThe loop ends.\n\nCount the turns.";
  assert.deepEqual(told(`${other}${more}\n\n---\n\n${own}${more}`, diagnostic), {
    text: "Look at the names.",
    because: undefined,
  });
});

test("the words that move the model stand apart from the rungs", () => {
  const hover =
    "**x** · model (model)\n\n`nope` has no value.\n\nTry it.\n\nThe words that move the model most:\n\n- a";
  assert.deepEqual(told(hover, diagnostic), { text: "Try it.", because: "- a" });
});

test("actions of a neighbour on the same line are left out", () => {
  const next = (mark: string): CodeAction => ({
    title: "Next hint",
    command: { title: "", command: "meno.nextHint", arguments: ["uri", mark, 2] },
  });
  const ask = (mark: string): CodeAction => ({ title: "Ask", data: { fingerprint: mark } });
  const fine = (rule: string): CodeAction => ({
    title: `This is fine here: add “# meno: ok ${rule}”`,
    edit: {},
  });
  const actions = [next("abc"), next("def"), ask("def"), ask("abc"), fine("ME101"), fine("ME301")];
  const own = ofFinding(actions, diagnostic);
  assert.deepEqual(own, [actions[0], actions[3], actions[4]]);
  assert.equal(following(own), 2);
  assert.equal(following([]), undefined);
});

test("rungs that were climbed to stay apart, and all others stand together", () => {
  assert.deepEqual(rungsOf([], "one", 1), [{ level: 1, markdown: "one" }]);
  assert.deepEqual(rungsOf([{ level: 2, markdown: "two" }], "one\n\ntwo", 2), [
    { level: 1, markdown: "one" },
    { level: 2, markdown: "two" },
  ]);
  assert.deepEqual(rungsOf([], "one\n\ntwo", 2), [{ level: 2, markdown: "one\n\ntwo" }]);
  assert.deepEqual(rungsOf([{ level: 2, markdown: "zwei" }], "one", 1), [{ level: 1, markdown: "one" }]);
  assert.deepEqual(rungsOf([], "", 0), []);
});

test("the name that tells two findings apart is left out of a title", () => {
  assert.equal(plainTitle("Ask me a question about this [misspelled-name]"), "Ask me a question about this");
  assert.equal(plainTitle("Change it: line 4 [failing run]"), "Change it: line 4");
  assert.equal(plainTitle("Change it: line 4"), "Change it: line 4");
});
