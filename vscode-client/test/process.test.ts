import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { check, describeEnd, ServerProcess } from "../src/process";

const FAIL = "process.stderr.write('first\\nNo module named meno_server\\n'); process.exit(3)";

void test("a command that runs passes the check", async () => {
  assert.equal(await check(process.execPath, ["-e", ""]), undefined);
});

void test("a command that is not there is named so", async () => {
  assert.equal(await check("/nowhere/python", []), "it was not found");
});

void test("a command that fails gives its last line as the reason", async () => {
  assert.equal(await check(process.execPath, ["-e", FAIL]), "No module named meno_server");
});

void test("a server that ends says its exit code and its last lines", async () => {
  const lines: string[] = [];
  const server = new ServerProcess({ command: process.execPath, args: ["-e", FAIL] }, undefined, (line) =>
    lines.push(line),
  );
  await once(server.child, "close");

  assert.equal(
    await server.lastWords(),
    "The server ended with exit code 3. Its last lines:\nfirst\nNo module named meno_server",
  );
  assert.deepEqual(lines, ["first", "No module named meno_server"]);
});

void test("a server that cannot be run says so instead of ending the editor's extensions", async () => {
  const server = new ServerProcess({ command: "/nowhere/meno", args: [] }, undefined, () => undefined);
  await once(server.child, "error");

  assert.match(await server.lastWords(), /could not be run: spawn \/nowhere\/meno ENOENT/);
});

void test("an end by a signal is told as one", () => {
  assert.equal(
    describeEnd(null, "SIGSEGV", undefined, []),
    "The server was ended by SIGSEGV. It wrote nothing to stderr.",
  );
});
