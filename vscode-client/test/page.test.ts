import assert from "node:assert/strict";
import { test } from "node:test";
import { everyDay, type Patterns } from "../src/history";
import { patternsPage } from "../src/page";

const PATTERN: Patterns["patterns"][number] = {
  key: "ME301",
  name: "return-on-first-iteration",
  title: "A loop that ends <in> its first turn",
  category: "EarlyReturn",
  slips: 5,
  daysSeen: 3,
  verdict: "recurring",
  unaidedRepair7d: 0.5,
  weeks: [0, 0, 1, 0, 2, 0, 0, 2],
  lastSeen: "2026-11-22",
  takeaway: "`return` ends the whole function at once.",
};
const TOLD: Patterns = {
  state: "on",
  since: "2026-11-02",
  days: [{ day: "2026-11-21", slips: 3, fixedUnaided: 2, fixedHinted: 1 }],
  patterns: [PATTERN],
  today: {
    slips: 1,
    fixedUnaided: 1,
    fixedHinted: 0,
    takeaways: [{ key: "ME301", name: "return-on-first-iteration", takeaway: "It ends at once." }],
  },
};
const page = (told: Patterns): string => patternsPage(told, "2026-11-22", "patterns.css", "'self'");

test("the page tells today, the weeks and each pattern, and what it shows is escaped", () => {
  const html = page(TOLD);

  assert.match(html, /1 slip, 1 mended without a hint, 0 with hints\./);
  assert.match(html, /Kept on this machine only since 2 November\./);
  assert.match(html, /A loop that ends &lt;in&gt; its first turn/);
  assert.match(html, /5 on 3 days/);
  assert.match(html, /50 % this week/);
  assert.match(html, /<strong>Return on first iteration\.<\/strong> It ends at once\./);
});

test("the page runs no script and loads nothing but its style", () => {
  const html = page(TOLD);

  assert.match(html, /default-src 'none'; style-src 'self'"/);
  assert.doesNotMatch(html, /<script|\son\w+=|style="|https?:/);
});

test("every picture is told in words", () => {
  const html = page(TOLD);

  assert.equal(html.match(/<svg/g)?.length, html.match(/role="img" aria-label="[^"]+"/g)?.length);
  assert.match(html, /3 slips and 2 mended without a hint in 28 days; at most 3 on one day\./);
});

test("nothing yet, a pause and an off switch each say so", () => {
  assert.match(page({ ...TOLD, patterns: [] }), /Nothing is noted yet/);
  assert.match(page({ ...TOLD, state: "paused" }), /Paused: nothing new is noted[^]*resumeHistory/);
  const off = page({ ...TOLD, state: "off" });
  assert.match(off, /switched off by the setting/);
  assert.doesNotMatch(off, /deleteStored/);
});

test("days on which nothing happened are days too", () => {
  const days = everyDay(TOLD.days, "2026-11-22", 3);

  assert.deepEqual(
    days.map(({ day, slips }) => [day, slips]),
    [
      ["2026-11-20", 0],
      ["2026-11-21", 3],
      ["2026-11-22", 0],
    ],
  );
});
