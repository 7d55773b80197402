// The language status item: whether Meno runs, on which Python, and a way to its log.

import * as vscode from "vscode";
import { SELECTOR } from "./selector";

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("meno.status", SELECTOR);

  constructor() {
    this.item.name = "Meno";
    this.item.command = { title: "Show log", command: "meno.client.showLogs" };
  }

  starting(): void {
    this.set("Meno is starting", "", vscode.LanguageStatusSeverity.Information, true);
  }

  running(detail: string): void {
    this.set("Meno", detail, vscode.LanguageStatusSeverity.Information, false);
  }

  stopped(detail: string): void {
    this.set("Meno does not run", detail, vscode.LanguageStatusSeverity.Error, false);
  }

  dispose(): void {
    this.item.dispose();
  }

  private set(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    Object.assign(this.item, { text, detail, severity, busy });
  }
}
