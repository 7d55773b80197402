// The server that comes with the extension. It runs in a small environment of its own, made in a moment and
// without a network from whatever Python is there, so that nothing of it is seen by the learner's programs.

import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { RUNTIME, runtimeFolder } from "./environment";
import type { Command } from "./launch";
import { run } from "./process";

const PLACE = "import sysconfig; print(sysconfig.get_path('purelib'))";
const WHICH = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)";

export class Bundle {
  private readonly archive: string;

  /** `extension` is where the extension is installed, `storage` a folder of its own for what it makes. */
  constructor(
    extension: string,
    private readonly storage: string,
    private readonly version: string,
  ) {
    this.archive = path.join(extension, "bundled", "server.zip");
  }

  async exists(): Promise<boolean> {
    return exists(this.archive);
  }

  /** The command with the environment's Python in the place of the bare one; others stay as they are. */
  async prepared(command: Command): Promise<Command> {
    return command.bundled === true
      ? { command: await this.environment(command.command), args: command.args }
      : command;
  }

  /** Whether the model has what it runs on. */
  async hasRuntime(python: string): Promise<boolean> {
    return exists(path.join(await this.runtime(python), RUNTIME[0]));
  }

  /** Installs what the model runs on, with that Python's own pip. It is there whole or not at all. */
  async installRuntime(python: string, signal: AbortSignal): Promise<void> {
    const folder = await this.runtime(python);
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    try {
      const arguments_ = ["-m", "pip", "install", "--disable-pip-version-check", "--target", partial];
      await run(python, [...arguments_, ...RUNTIME], signal);
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  /** The Python of the environment, which is made if it is not there or was made from another Python. */
  private async environment(python: string): Promise<string> {
    const [, executable] = await this.which(python);
    const from = createHash("sha256").update(`${executable}\0${this.archive}`).digest("hex").slice(0, 8);
    const servers = path.join(this.storage, "server");
    const name = `${this.version}-${from}`;
    const folder = path.join(servers, name);
    const own =
      process.platform === "win32"
        ? path.join(folder, "Scripts", "python.exe")
        : path.join(folder, "bin", "python");
    const done = path.join(folder, "ready");
    if (!(await exists(done)) || !(await exists(own))) {
      await mkdir(servers, { recursive: true });
      await run(executable, ["-m", "venv", "--without-pip", "--clear", folder]);
      const packages = (await run(own, ["-c", PLACE])).trim();
      const libs = path.join(folder, "libs");
      await run(own, ["-m", "zipfile", "-e", this.archive, libs]);
      await writeFile(path.join(packages, "meno.pth"), `${libs}\n${await this.runtime(python)}\n`);
      await writeFile(done, "");
      await this.forgetOthers(servers, name);
    }
    return own;
  }

  private async runtime(python: string): Promise<string> {
    const [version] = await this.which(python);
    return runtimeFolder(this.storage, version);
  }

  private async which(python: string): Promise<[string, string]> {
    const [version = "", ...executable] = (await run(python, ["-c", WHICH])).trim().split(" ");
    return [version, executable.join(" ")];
  }

  /** Environments of older versions of the extension are of no use any more. */
  private async forgetOthers(servers: string, name: string): Promise<void> {
    for (const other of await readdir(servers)) {
      if (other !== name && !other.startsWith(`${this.version}-`)) {
        await rm(path.join(servers, other), { recursive: true, force: true });
      }
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
