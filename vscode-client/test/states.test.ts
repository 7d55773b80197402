import assert from "node:assert/strict";
import { test } from "node:test";
import { shownStatus, type State } from "../src/states";

test("each state has its words, loading is busy and degraded warns", () => {
  const states: State[] = ["off", "static", "loading", "ready", "degraded"];

  assert.equal(new Set(states.map((state) => shownStatus(state).text)).size, states.length);
  assert.deepEqual(
    states.filter((state) => shownStatus(state).busy),
    ["loading"],
  );
  assert.deepEqual(
    states.filter((state) => shownStatus(state).warns),
    ["degraded"],
  );
});

test("a state of a newer server is shown as it is", () => {
  assert.equal(shownStatus("resting" as State).text, "Meno: resting");
});
