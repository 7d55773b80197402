// Child processes: checking a candidate, starting the server, and saying in a sentence why one ended.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import type { Command } from "./launch";

const CHECK_MILLISECONDS = 10_000;
const TAIL_LINES = 20;

/** UTF-8 everywhere, whatever the system's code page is. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONUTF8: "1" };
}

/** Runs a command to its end; why it failed, or undefined. */
export function check(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { env: environment(), timeout: CHECK_MILLISECONDS },
      (error, _stdout, stderr) => {
        if (error === null) {
          resolve(undefined);
        } else if (error.code === "ENOENT") {
          resolve("it was not found");
        } else {
          resolve(lastLine(stderr) ?? `it failed (${String(error.code ?? error.signal)})`);
        }
      },
    );
  });
}

/** Runs a command to its end; what it printed, or an error with the last line that it complained with. */
export function run(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: environment(), maxBuffer: 16 * 1024 * 1024, ...(signal && { signal }) };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(new Error(lastLine(stderr) ?? error.message));
      }
    });
  });
}

function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .reverse()
    .find((line) => line !== "");
}

/** A running server whose last words are kept for the log. */
export class ServerProcess {
  readonly child: ChildProcess;
  private readonly tail: string[] = [];
  private failure: string | undefined;

  constructor(command: Command, folder: string | undefined, onStderr: (line: string) => void) {
    this.child = spawn(command.command, [...command.args], { env: environment(), cwd: folder });
    this.child.once("error", (error) => (this.failure = error.message));
    let rest = "";
    this.child.stderr?.setEncoding("utf-8").on("data", (text: string) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        onStderr(line);
        this.tail.push(line);
        this.tail.splice(0, this.tail.length - TAIL_LINES);
      }
    });
  }

  /** Why the process is gone: exit code or signal, and what it wrote last. Waits for the end of its output. */
  async lastWords(): Promise<string> {
    if (this.child.exitCode === null && this.child.signalCode === null && this.failure === undefined) {
      await new Promise((resolve) => {
        this.child.once("close", resolve);
        setTimeout(resolve, 1000);
      });
    }
    return describeEnd(this.child.exitCode, this.child.signalCode, this.failure, this.tail);
  }
}

export function describeEnd(
  code: number | null,
  signal: string | null,
  failure: string | undefined,
  tail: readonly string[],
): string {
  const how =
    failure !== undefined
      ? `could not be run: ${failure}`
      : code !== null
        ? `ended with exit code ${code}`
        : signal !== null
          ? `was ended by ${signal}`
          : "closed its output";
  const said = tail.length === 0 ? "It wrote nothing to stderr." : `Its last lines:\n${tail.join("\n")}`;
  return `The server ${how}. ${said}`;
}
