import assert from "node:assert/strict";
import { test } from "node:test";
import { type Check, type Choices, decide, same } from "../src/launch";

const NOTHING: Choices = { path: [], interpreter: "", environment: undefined, trusted: true, bundled: false };
const all: Check = () => Promise.resolve(undefined);
const none: Check = () => Promise.resolve("it was not found");

test("meno.path is a whole command line and is used as it stands", async () => {
  const decision = await decide({ ...NOTHING, path: ["/opt/meno", "lsp"], interpreter: "python3" }, none);

  assert.deepEqual(decision.chosen, { command: "/opt/meno", args: ["lsp"] });
  assert.equal(decision.origin, "meno.path");
});

test("the interpreter of the setting comes before the selected one", async () => {
  const decision = await decide({ ...NOTHING, interpreter: "/a/python", environment: "/b/python" }, all);

  assert.deepEqual(decision.chosen, { command: "/a/python", args: ["-P", "-m", "meno_server", "lsp"] });
});

test("an interpreter without Meno is passed over, and the chain says why", async () => {
  const check: Check = (command) => Promise.resolve(command === "/b/python" ? "it has no Meno" : undefined);

  const decision = await decide({ ...NOTHING, environment: "/b/python" }, check);

  assert.deepEqual(decision.chosen, { command: "meno", args: ["lsp"] });
  assert.deepEqual(decision.chain, [
    "meno.interpreter: none.",
    "the selected Python environment: /b/python cannot be used: it has no Meno.",
    "PATH: meno is used.",
  ]);
});

test("in a workspace that is not trusted no interpreter is run", async () => {
  const run: string[] = [];
  const check: Check = (command) => {
    run.push(command);
    return Promise.resolve(undefined);
  };

  await decide({ ...NOTHING, interpreter: "/a/python", environment: "/b/python", trusted: false }, check);

  assert.deepEqual(run, ["meno"]);
});

test("without any command there is none, and a sentence for each place that was looked at", async () => {
  const decision = await decide({ ...NOTHING, interpreter: "/a/python" }, none);

  assert.equal(decision.chosen, undefined);
  assert.equal(decision.chain.length, 4);
});

test("the packaged server is the last choice, on the first Python that fits it", async () => {
  const check: Check = (command, args) =>
    Promise.resolve(command === "python" && !args.includes("-P") ? undefined : "it is Python 3.9");

  const decision = await decide({ ...NOTHING, interpreter: "/a/python", bundled: true }, check);

  assert.deepEqual(decision.chosen, {
    command: "python",
    args: ["-P", "-m", "meno_server", "lsp"],
    bundled: true,
  });
  assert.equal(decision.origin, "the extension's own server on python");
  assert.ok(decision.chain.some((line) => line.includes("cannot run on /a/python: it is Python 3.9")));
});

test("in a workspace that is not trusted the packaged server runs on a Python of the system", async () => {
  const check: Check = (command) => Promise.resolve(command === "python3" ? undefined : "it was not found");

  const decision = await decide(
    { ...NOTHING, environment: "/b/python", trusted: false, bundled: true },
    check,
  );

  assert.equal(decision.chosen?.command, "python3");
});

test("commands are the same when program and arguments are", () => {
  assert.ok(same({ command: "a", args: ["b"] }, { command: "a", args: ["b"] }));
  assert.ok(!same({ command: "a", args: ["b"] }, { command: "a", args: [] }));
  assert.ok(!same({ command: "a", args: [], bundled: true }, { command: "a", args: [] }));
  assert.ok(!same(undefined, { command: "a", args: [] }));
});
