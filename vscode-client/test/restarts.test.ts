import assert from "node:assert/strict";
import { test } from "node:test";
import { Restarts } from "../src/restarts";

void test("three crashes in three minutes are forgiven, the fourth is not", () => {
  const restarts = new Restarts();

  assert.deepEqual(
    [0, 1000, 2000, 3000].map((time) => restarts.again(time)),
    [true, true, true, false],
  );
});

void test("old crashes do not count", () => {
  const restarts = new Restarts();
  for (const time of [0, 1, 2]) {
    restarts.again(time);
  }

  assert.ok(restarts.again(3 * 60_000 + 5));
});

void test("a restart by hand begins anew", () => {
  const restarts = new Restarts();
  for (const time of [0, 1, 2, 3]) {
    restarts.again(time);
  }

  restarts.forget();

  assert.ok(restarts.again(4));
});
