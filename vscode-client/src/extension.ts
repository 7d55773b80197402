// Wires the parts together; every concern has a file of its own.

import * as vscode from "vscode";
import { Bundle } from "./bundle";
import { registerCommands } from "./commands";
import { DialogueThreads } from "./dialogues";
import { HeatMap } from "./heat";
import { HintPanel } from "./hints";
import { onEnvironmentChange } from "./interpreter";
import { PatternsPanel } from "./patterns";
import { ChangePreview } from "./preview";
import { Server } from "./server";
import { LAUNCH_SETTINGS, SECTION } from "./settings";
import { Status } from "./status";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Meno", { log: true });
  const status = new Status();
  const hints = new HintPanel();
  const dialogues = new DialogueThreads();
  const preview = new ChangePreview();
  const heat = new HeatMap();
  const bundle = new Bundle(
    context.extensionPath,
    context.globalStorageUri.fsPath,
    (context.extension.packageJSON as { version: string }).version,
  );
  const running = new Server(log, status, hints, dialogues, preview, bundle, context.secrets);
  const patterns = new PatternsPanel(running);
  server = running;
  const restartIfMoved = (): void => void running.restartIfMoved();
  context.subscriptions.push(
    log,
    status,
    hints,
    dialogues,
    preview,
    heat,
    patterns,
    ...registerCommands({ server: running, log, dialogues, preview, heat, bundle, patterns, context }),
    // The server learns at its start whether programs of this workspace may be run.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (LAUNCH_SETTINGS.some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) {
        restartIfMoved();
      }
    }),
    await onEnvironmentChange(restartIfMoved),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
