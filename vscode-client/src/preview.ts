// The last rung of the ladder: the change beside the text, made only when a person says so.

import * as vscode from "vscode";
import { changed, type Change } from "./change";

export const PREVIEW_CHANGE = "meno/previewChange";
const SCHEME = "meno-change";
const GONE = "The text has changed since. Ask again where it stands now.";

export class ChangePreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly fired = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.fired.event;
  private readonly texts = new Map<string, { change: Change; text: string }>();

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString())?.text ?? "";
  }

  /** Opens the text as it is beside the text as it would be. */
  async show(change: Change): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(change.uri));
    if (document.version !== change.version) {
      throw new Error(GONE);
    }
    const uri = document.uri.with({ scheme: SCHEME, fragment: "" });
    this.texts.set(uri.toString(), { change, text: changed(document.getText(), change.edits) });
    this.fired.fire(uri);
    await vscode.commands.executeCommand("vscode.diff", document.uri, uri, change.title, { preview: true });
  }

  /** Makes the change that the active diff shows, unless the text is another one by now. */
  async apply(): Promise<void> {
    const uri = shownChange();
    const entry = uri === undefined ? undefined : this.texts.get(uri.toString());
    if (uri === undefined || entry === undefined) {
      return;
    }
    const { change } = entry;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(change.uri));
    if (document.version !== change.version) {
      throw new Error(GONE);
    }
    const edit = new vscode.WorkspaceEdit();
    for (const { range, newText } of change.edits) {
      const { start, end } = range;
      edit.replace(
        document.uri,
        new vscode.Range(start.line, start.character, end.line, end.character),
        newText,
      );
    }
    await this.close();
    if (!(await vscode.workspace.applyEdit(edit))) {
      throw new Error(GONE);
    }
    await vscode.window.showTextDocument(document);
  }

  /** Closes the diff and changes nothing. */
  async close(): Promise<void> {
    const uri = shownChange();
    if (uri !== undefined) {
      this.texts.delete(uri.toString());
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    }
  }

  dispose(): void {
    this.registration.dispose();
    this.fired.dispose();
  }
}

/** The document of the change in the active tab, if that is such a diff. */
function shownChange(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === SCHEME
    ? input.modified
    : undefined;
}
