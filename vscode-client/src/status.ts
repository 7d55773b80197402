// The language status item: how Meno is, in one word, why in one sentence, and a way to its log.

import * as vscode from "vscode";
import { EDITOR_SELECTOR } from "./selector";
import { type MenoStatus, shownStatus } from "./states";

export const STATUS = "meno/status";

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("meno.status", EDITOR_SELECTOR);

  constructor() {
    this.item.name = "Meno";
    this.item.command = { title: "Show log", command: "meno.client.showLogs" };
  }

  starting(): void {
    this.set("Meno is starting", "", vscode.LanguageStatusSeverity.Information, true);
  }

  running(status: MenoStatus, detail: string): void {
    const { text, busy, warns } = shownStatus(status.state);
    const severity = warns
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
    this.set(text, detail === "" ? status.detail : `${status.detail} ${detail}`, severity, busy);
  }

  stopped(detail: string): void {
    this.set("Meno does not run", detail, vscode.LanguageStatusSeverity.Error, false);
  }

  dispose(): void {
    this.item.dispose();
  }

  private set(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    Object.assign(this.item, { text, detail, severity, busy });
    this.item.accessibilityInformation = { label: detail === "" ? text : `${text}. ${detail}` };
  }
}
