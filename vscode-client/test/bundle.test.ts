// With a real Python: the environment of the packaged server is made, found again, and forgotten.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Bundle } from "../src/bundle";
import type { Command } from "../src/launch";
import { run } from "../src/process";

const PYTHON = "python3";
const COMMAND: Command = { command: PYTHON, args: ["-P", "-m", "meno_server", "lsp"], bundled: true };
const root = mkdtempSync(path.join(tmpdir(), "meno bundle "));
const extension = path.join(root, "extension");
const storage = path.join(root, "storage");
after(() => {
  rmSync(root, { recursive: true, force: true });
});

test("an extension that was packaged without a server has none", async () => {
  assert.equal(await new Bundle(extension, storage, "1.0.0").exists(), false);
});

test("the server runs in an environment of its own, and programs of that Python do not see it", async () => {
  const server = path.join(root, "meno_server");
  mkdirSync(server);
  writeFileSync(path.join(server, "__init__.py"), "");
  writeFileSync(path.join(server, "__main__.py"), "print('it runs')\n");
  mkdirSync(path.join(extension, "bundled"), { recursive: true });
  await run(PYTHON, ["-m", "zipfile", "-c", path.join(extension, "bundled", "server.zip"), server]);
  const bundle = new Bundle(extension, storage, "1.0.0");
  assert.equal(await bundle.exists(), true);

  const prepared = await bundle.prepared(COMMAND);

  assert.equal((await run(prepared.command, prepared.args)).trim(), "it runs");
  assert.equal(prepared.bundled, undefined);
  await assert.rejects(run(PYTHON, ["-P", "-m", "meno_server"]), /meno_server/);
});

test("the environment is made once, and those of older versions go", async () => {
  const made = await new Bundle(extension, storage, "1.0.0").prepared(COMMAND);
  const marker = path.join(path.dirname(path.dirname(made.command)), "marker");
  writeFileSync(marker, "");

  await new Bundle(extension, storage, "1.0.0").prepared(COMMAND);
  assert.ok(existsSync(marker));

  await new Bundle(extension, storage, "1.1.0").prepared(COMMAND);
  assert.deepEqual(
    readdirSync(path.join(storage, "server")).map((name) => name.split("-")[0]),
    ["1.1.0"],
  );
});

test("a runtime that cannot be installed leaves nothing behind", async () => {
  const bundle = new Bundle(extension, storage, "1.0.0");
  const aborted = AbortSignal.abort();

  await assert.rejects(bundle.installRuntime(PYTHON, aborted));

  assert.equal(await bundle.hasRuntime(PYTHON), false);
  assert.deepEqual(
    readdirSync(storage).filter((name) => name.startsWith("model-runtime")),
    [],
  );
});

test("another command is left as it is", async () => {
  const command: Command = { command: "meno", args: ["lsp"] };

  assert.deepEqual(await new Bundle(extension, storage, "1.0.0").prepared(command), command);
});
