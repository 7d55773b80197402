import assert from "node:assert/strict";
import { test } from "node:test";
import { asSettings, CHOICES, valid } from "../src/choices";
import { keyIn } from "../src/key";
import { Retries } from "../src/retries";
import { LESSONS, lesson } from "../src/samples";
import { look } from "../src/theme";

test("a kept value that is no longer offered falls back", () => {
  const [level] = CHOICES;
  assert.ok(level !== undefined);
  assert.equal(valid(level, "5"), "5");
  assert.equal(valid(level, "9"), "4");
  assert.equal(valid(level, undefined), "4");
});

test("the server is told numbers as numbers, and nothing of colours", () => {
  const chosen = new Map([
    ["maxHintLevel", "5"],
    ["theme", "dark"],
  ]);
  assert.deepEqual(asSettings(chosen), { maxHintLevel: 5, language: "en", profile: "student" });
});

test("colours follow the system until a person chooses", () => {
  assert.deepEqual(look("system", true, false), { scheme: "dark", contrast: "normal" });
  assert.deepEqual(look("system", false, true), { scheme: "light", contrast: "more" });
  assert.deepEqual(look("light", true, true), { scheme: "light", contrast: "normal" });
  assert.deepEqual(look("contrast", true, false), { scheme: "dark", contrast: "more" });
});

test("only a key is taken from an address", () => {
  assert.equal(keyIn("#key=ab_C-9"), "ab_C-9");
  assert.equal(keyIn("#key=<b>"), "");
  assert.equal(keyIn("#panel"), "");
});

test("a server that keeps dying is left to a person, who may try again", () => {
  const retries = new Retries();
  const waits = [1, 2, 3, 4].map(() => retries.after("ended", 100).wait);
  assert.deepEqual(waits, [200, 400, 600, undefined]);
  retries.forget();
  assert.equal(retries.after("ended", 100).wait, 200);
});

test("a long life clears a server's name, and a terminal that is gone is looked for ever less often", () => {
  const retries = new Retries();
  for (let life = 0; life < 9; life += 1) {
    assert.equal(retries.after("ended", 60_000).wait, 200);
  }
  const waits = [1, 2, 3, 4, 5].map(() => retries.after("unreachable", 0).wait);
  assert.deepEqual(waits, [1000, 2000, 4000, 5000, 5000]);
  assert.equal(retries.after("refused", 0).wait, undefined);
});

test("there are six lessons and an empty page, each under its own name", () => {
  assert.equal(LESSONS.length, 7);
  assert.equal(new Set(LESSONS.map((one) => one.name)).size, 7);
  assert.ok(LESSONS.slice(0, 6).every((one) => one.text.length > 50));
  assert.equal(lesson("nonsense").name, LESSONS[0]?.name);
});
