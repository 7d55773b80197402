// The client's own commands. Their ids begin with `meno.client.`: the server's are registered beside them.

import * as vscode from "vscode";
import type { DialogueThreads } from "./dialogues";
import { askForKey } from "./keys";
import { debugReport, type Origins, settingsReport } from "./reports";
import type { Server } from "./server";

/** The server's commands about the program that is looked at. */
const OF_THE_PROGRAM = ["runTests", "explainFailure", "smallestChange", "stopRun", "whereToLook"] as const;

export function registerCommands(
  server: Server,
  log: vscode.LogOutputChannel,
  dialogues: DialogueThreads,
  secrets: vscode.SecretStorage,
): vscode.Disposable[] {
  const commands: Record<string, (argument: unknown) => Promise<void> | void> = {
    ...dialogues.commands((command, ...args) => server.ask(command, ...args)),
    "meno.client.restart": () => server.restart(),
    "meno.client.showLogs": () => {
      log.show();
    },
    "meno.client.showSettings": async () =>
      show(settingsReport((await server.ask("meno.effectiveSettings")) as Origins)),
    "meno.client.debugInformation": async () => show(debugReport(await server.ask("meno.debugInformation"))),
    "meno.client.tutorKey": () => askForKey(secrets, (key) => server.hand(key)),
    "meno.client.forgetConsent": async () => {
      await server.ask("meno.forgetConsent");
    },
    "meno.client.explainReport": async () => {
      await server.ask("meno.explainReport", await vscode.env.clipboard.readText());
    },
  };
  commands["meno.client.whereFrom"] = async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor !== undefined) {
      await server.ask("meno.whereFrom", editor.document.uri.toString(), editor.selection.active.line);
    }
  };
  for (const name of OF_THE_PROGRAM) {
    commands[`meno.client.${name}`] = async () => {
      const document = vscode.window.activeTextEditor?.document;
      await server.ask(`meno.${name}`, ...(document === undefined ? [] : [document.uri.toString()]));
    };
  }
  return Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}

async function show(markdown: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: markdown });
  await vscode.window.showTextDocument(document);
}
