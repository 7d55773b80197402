// The panel "My patterns": what the server keeps of recurring slips, on this machine, as a page beside the code.

import * as vscode from "vscode";
import type { Server } from "./server";

const DELETE = "Delete";
/** The commands that the page's links may run. */
const PAGE_COMMANDS = [
  "meno.client.pauseHistory",
  "meno.client.resumeHistory",
  "meno.client.showStored",
  "meno.client.deleteStored",
  "meno.client.myPatterns",
];

export class PatternsPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;

  constructor(private readonly server: Server) {}

  /** Opens the panel, or brings it to the front and up to date. */
  async show(): Promise<void> {
    const page = (await this.server.ask("meno.report")) as string;
    this.panel ??= this.create();
    this.panel.webview.html = page;
    this.panel.reveal(undefined, false);
  }

  async showStored(): Promise<void> {
    await this.server.ask("meno.stored");
  }

  async deleteStored(): Promise<void> {
    const detail = "Which slips came back, and when: all of it goes, and it cannot be brought back.";
    const question = "Delete everything that Meno has stored about your patterns?";
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, DELETE)) === DELETE) {
      await this.server.ask("meno.forgetStored");
      await this.refresh();
    }
  }

  async pause(paused: boolean): Promise<void> {
    await this.server.ask(paused ? "meno.pauseHistory" : "meno.resumeHistory");
    await this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private async refresh(): Promise<void> {
    if (this.panel !== undefined) {
      await this.show();
    }
  }

  private create(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel("meno.patterns", "My patterns", vscode.ViewColumn.Beside, {
      enableCommandUris: PAGE_COMMANDS,
      // None runs: the page's policy forbids it. The frame must allow them so that what checks the page for
      // people who cannot see it can look into it.
      enableScripts: true,
      localResourceRoots: [],
    });
    panel.onDidDispose(() => (this.panel = undefined));
    return panel;
  }
}
