import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "../package.json";
import { chosen, settingNames, withInterpreter } from "../src/settings";

type Scopes = Record<string, unknown>;

function configuration(values: Record<string, Scopes>): Parameters<typeof chosen>[0] {
  return { inspect: ((name: string) => values[name]) as Parameters<typeof chosen>[0]["inspect"] };
}

void test("defaults are not sent, so that the project's own file can count", () => {
  const settings = configuration({ hover: { key: "meno.hover", defaultValue: true } });

  assert.deepEqual(chosen(settings, ["hover"]), {});
});

void test("the narrowest scope wins, and false is a value", () => {
  const settings = configuration({ hover: { globalValue: true, workspaceValue: false } });

  assert.deepEqual(chosen(settings, ["hover"]), { hover: false });
});

void test("what only the client reads is not sent", () => {
  const settings = configuration({
    path: { globalValue: ["meno"] },
    interpreter: { globalValue: "python3" },
    "trace.server": { globalValue: "verbose" },
    "tutor.provider": { globalValue: "none" },
  });

  assert.deepEqual(chosen(settings, ["path", "interpreter", "trace.server", "tutor.provider"]), {
    "tutor.provider": "none",
  });
});

void test("the names come from the manifest, without their section", () => {
  const names = settingNames(manifest);

  assert.ok(names.includes("maxHintLevel"));
  assert.ok(names.includes("tutor.provider"));
});

void test("the client's commands keep clear of the server's", () => {
  for (const { command } of manifest.contributes.commands) {
    assert.match(command, /^meno\.client\./);
  }
});

void test("programs run with the selected Python, unless a setting names one", () => {
  assert.deepEqual(withInterpreter({}, "/env/bin/python"), { "run.interpreter": "/env/bin/python" });
  assert.deepEqual(withInterpreter({ "run.interpreter": "/mine" }, "/env/bin/python"), {
    "run.interpreter": "/mine",
  });
  assert.deepEqual(withInterpreter({ hover: false }, undefined), { hover: false });
});
