// Hints: the server sends `meno/showHint`, and the text opens as rendered Markdown beside the editor.

import * as vscode from "vscode";
import { fileName, Shown } from "./shown";

export const SHOW_HINT = "meno/showHint";
const SCHEME = "meno-hint";

export interface Hint {
  readonly title: string;
  readonly markdown: string;
}

/** The documents behind the previews: one for each title, the last few of them. */
export class HintPanel implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly shown = new Shown();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.shown.text(uri.path);
  }

  async show(hint: Hint): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: fileName(hint.title) });
    this.shown.remember(uri.path, hint);
    this.changed.fire(uri);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
