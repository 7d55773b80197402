// Attribution as colours behind the words: what moves the model, and what speaks for or against LLM-written code.
// They stay until the text is edited, another question is asked, or a person hides them.

import * as vscode from "vscode";
import { type Attribution, type Heat, heatOf, type Origin, originHeat, SHADES, type Side } from "./warmth";

export const SHOWN = "meno.heatShown";

type Request = (method: string, params: object) => Promise<unknown>;

export class HeatMap implements vscode.Disposable {
  private readonly types: Readonly<Record<Side, readonly vscode.TextEditorDecorationType[]>>;
  private readonly subscriptions: vscode.Disposable[];
  private shown: string | undefined;

  constructor() {
    this.types = { for: shades("meno.heatFor"), against: shades("meno.heatAgainst") };
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document.uri.toString() === this.shown && event.contentChanges.length > 0) {
          this.hide();
        }
      }),
      ...Object.values(this.types).flat(),
    ];
  }

  /** Colours the words that move the model's opinion of the code around a line. */
  async ofModel(request: Request, uri: string, line: number): Promise<void> {
    const answer = (await request("meno/attribution", {
      textDocument: { uri },
      position: { line, character: 0 },
    })) as Attribution;
    this.show(uri, heatOf(answer), answer.version);
  }

  /** Colours the words that speak for or against code written by an LLM. */
  async ofOrigin(request: Request, uri: string, line: number): Promise<void> {
    const answer = (await request("meno/origin", { textDocument: { uri } })) as Origin;
    if (answer.version !== null) {
      this.show(uri, originHeat(answer, line), answer.version);
    }
  }

  hide(): void {
    this.paint([]);
    this.shown = undefined;
    void vscode.commands.executeCommand("setContext", SHOWN, false);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private show(uri: string, heat: readonly Heat[], version: number): void {
    this.hide();
    const editor = editorOf(uri);
    if (editor?.document.version !== version || heat.length === 0) {
      return;
    }
    this.shown = uri;
    this.paint(heat);
    void vscode.commands.executeCommand("setContext", SHOWN, true);
  }

  private paint(heat: readonly Heat[]): void {
    const editor = this.shown === undefined ? undefined : editorOf(this.shown);
    for (const side of ["for", "against"] as const) {
      this.types[side].forEach((type, shade) => {
        const options = heat
          .filter((one) => one.side === side && one.shade === shade)
          .map((one) => ({ range: rangeOf(one), hoverMessage: one.told }));
        editor?.setDecorations(type, options);
      });
    }
  }
}

function editorOf(uri: string): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
}

function rangeOf({ range }: Heat): vscode.Range {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}

/** One kind of decoration for each shade; the colour is the theme's, and a border tells it without colour. */
function shades(color: string): vscode.TextEditorDecorationType[] {
  return Array.from({ length: SHADES }, (_, shade) =>
    vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(`${color}${shade + 1}`),
      borderRadius: "2px",
      border: shade === SHADES - 1 ? "1px dotted" : "none",
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
}
