import assert from "node:assert/strict";
import { test } from "node:test";
import { debugReport, settingsReport } from "../src/reports";

void test("each setting is shown with its value and where it came from", () => {
  const report = settingsReport({
    hover: { value: false, origin: "editor" },
    language: { value: "a|b", origin: "default" },
  });

  assert.match(report, /\| meno\.hover \| `false` \| editor \|/);
  assert.match(report, /`"a\\\|b"`/);
});

void test("debug information is JSON to paste", () => {
  assert.match(debugReport({ version: "1" }), /```json\n\{\n {2}"version": "1"\n\}\n```/);
});
