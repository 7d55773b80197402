import assert from "node:assert/strict";
import { test } from "node:test";
import { heatOf, type Origin, originHeat } from "../src/warmth";

const at = (
  line: number,
): { start: { line: number; character: number }; end: { line: number; character: number } } => ({
  start: { line, character: 0 },
  end: { line, character: 3 },
});

test("the strongest word is painted fully, its side told, and what hardly counts is left alone", () => {
  const heat = heatOf({
    version: 1,
    spans: [
      { range: at(0), weight: 1, effect: 2 },
      { range: at(1), weight: -0.5, effect: -1 },
      { range: at(2), weight: 0.01, effect: 0.02 },
    ],
  });

  assert.deepEqual(
    heat.map(({ range, side, shade }) => [range.start.line, side, shade]),
    [
      [0, "for", 3],
      [1, "against", 2],
    ],
  );
  assert.equal(heat[1]?.told, "Makes the model less suspicious");
});

test("no words, or words without any weight, are no heat", () => {
  assert.deepEqual(heatOf({ version: 1, spans: [] }), []);
  assert.deepEqual(heatOf({ version: 1, spans: [{ range: at(0), weight: 0, effect: 0 }] }), []);
});

test("the innermost function around the line is painted, else the file", () => {
  const judgement = (first: number, last: number, line: number): Origin["judgements"][number] => ({
    range: { start: { line: first, character: 0 }, end: { line: last, character: 0 } },
    heat: [{ range: at(line), amount: 1 }],
  });
  const origin: Origin = {
    version: 1,
    unavailable: null,
    judgements: [judgement(0, 30, 0), judgement(5, 20, 6), judgement(10, 12, 11)],
  };
  const painted = (line: number): number[] => originHeat(origin, line).map(({ range }) => range.start.line);

  assert.deepEqual(painted(11), [11]);
  assert.deepEqual(painted(7), [6]);
  assert.deepEqual(painted(25), [0]);
});
