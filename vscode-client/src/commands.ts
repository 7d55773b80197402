// The client's own commands. Their ids begin with `meno.client.`: the server's are registered beside them.

import * as vscode from "vscode";
import type { Bundle } from "./bundle";
import type { DialogueThreads } from "./dialogues";
import type { HeatMap } from "./heat";
import { askForKey } from "./keys";
import type { PatternsPanel } from "./patterns";
import type { ChangePreview } from "./preview";
import { debugReport, type Origins, settingsReport } from "./reports";
import { offerRuntime } from "./runtime";
import { openSample } from "./sample";
import type { Server } from "./server";
import type { Place } from "./turns";

/** The server's commands about the program that is looked at. */
const OF_THE_PROGRAM = ["runTests", "explainFailure", "smallestChange", "stopRun", "whereToLook"] as const;

/** What the commands act on. */
export interface Parts {
  readonly server: Server;
  readonly log: vscode.LogOutputChannel;
  readonly dialogues: DialogueThreads;
  readonly preview: ChangePreview;
  readonly heat: HeatMap;
  readonly bundle: Bundle;
  readonly patterns: PatternsPanel;
  readonly context: vscode.ExtensionContext;
}

type Command = (...args: unknown[]) => Promise<void> | void;

export function registerCommands(parts: Parts): vscode.Disposable[] {
  const commands: Record<string, Command> = {
    ...parts.dialogues.commands((command, ...args) => parts.server.ask(command, ...args)),
    ...hintCommands(parts),
    ...programCommands(parts),
    ...historyCommands(parts),
    ...ownCommands(parts),
  };
  return Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}

/** Hints at a finding: at the cursor, and by the links in hovers. */
function hintCommands({ server, heat }: Parts): Record<string, Command> {
  const request = (method: string, params: object): Promise<unknown> => server.request(method, params);
  return {
    "meno.client.nextHint": () =>
      atCursor((uri, line, column) => server.ask("meno.hintAt", uri, line, column)),
    "meno.client.ask": () => atCursor((uri, line, column) => server.ask("meno.askAt", uri, line, column)),
    "meno.client.climb": async (uri, mark) => {
      showHoverAt((await server.ask("meno.climb", String(uri), String(mark))) as Place | null);
    },
    "meno.client.askAbout": async (uri, mark) => {
      await server.ask("meno.ask", String(uri), String(mark));
    },
    "meno.client.why": async (uri, mark) => {
      await server.ask("meno.why", String(uri), String(mark));
    },
    "meno.client.heat": () => atCursor((uri, line) => heat.ofModel(request, uri, line)),
    "meno.client.hideHeat": () => {
      heat.hide();
    },
    "meno.client.whereFrom": () =>
      atCursor(async (uri, line) => {
        await server.ask("meno.whereFrom", uri, line);
        await heat.ofOrigin(request, uri, line);
      }),
  };
}

/** The program as a whole, its runs, and its folder. */
function programCommands({ server, preview }: Parts): Record<string, Command> {
  const commands: Record<string, Command> = {
    "meno.client.explainReport": async () => {
      await server.ask("meno.explainReport", await vscode.env.clipboard.readText());
    },
    "meno.client.checkWorkspace": async () => {
      await server.ask("meno.checkWorkspace");
    },
    "meno.client.applyChange": () => preview.apply(),
    "meno.client.discardChange": () => preview.close(),
  };
  for (const name of OF_THE_PROGRAM) {
    commands[`meno.client.${name}`] = async () => {
      const document = vscode.window.activeTextEditor?.document;
      await server.ask(`meno.${name}`, ...(document === undefined ? [] : [document.uri.toString()]));
    };
  }
  return commands;
}

/** What is kept of the learner's recurring slips. */
function historyCommands({ patterns }: Parts): Record<string, Command> {
  return {
    "meno.client.myPatterns": () => patterns.show(),
    "meno.client.showStored": () => patterns.showStored(),
    "meno.client.deleteStored": () => patterns.deleteStored(),
    "meno.client.pauseHistory": () => patterns.pause(true),
    "meno.client.resumeHistory": () => patterns.pause(false),
  };
}

/** Meno itself: its server, its settings, its keys, and a first lesson. */
function ownCommands({ server, log, bundle, context }: Parts): Record<string, Command> {
  return {
    "meno.client.restart": () => server.restart(),
    "meno.client.showLogs": () => {
      log.show();
    },
    "meno.client.showSettings": async () =>
      show(settingsReport((await server.ask("meno.effectiveSettings")) as Origins)),
    "meno.client.debugInformation": async () => show(debugReport(await server.ask("meno.debugInformation"))),
    "meno.client.tutorKey": () => askForKey(context.secrets, (key) => server.hand(key)),
    "meno.client.forgetConsent": async () => {
      await server.ask("meno.forgetConsent");
    },
    "meno.client.installRuntime": () => offerRuntime(bundle, server),
    "meno.client.openSample": () => openSample(context.extensionUri),
    "meno.client.openWalkthrough": async () => {
      const id = `${context.extension.id}#meno.start`;
      await vscode.commands.executeCommand("workbench.action.openWalkthrough", id, false);
    },
  };
}

/** Shows the hover anew, at a place of the active editor: it has more to say now. */
function showHoverAt(place: Place | null): void {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined && place !== null) {
    const position = new vscode.Position(place.line, place.character);
    editor.selection = new vscode.Selection(position, position);
    void vscode.commands
      .executeCommand("editor.action.hideHover")
      .then(() => vscode.commands.executeCommand("editor.action.showHover"));
  }
}

async function atCursor(run: (uri: string, line: number, column: number) => Promise<unknown>): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined) {
    const { line, character } = editor.selection.active;
    await run(editor.document.uri.toString(), line, character);
  }
}

async function show(markdown: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: markdown });
  await vscode.window.showTextDocument(document);
}
