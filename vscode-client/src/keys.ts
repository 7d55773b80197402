// Keys of tutors in VS Code's secret storage: asked for once, handed to the server in memory, never in settings.

import * as vscode from "vscode";
import { SECTION } from "./settings";

export const TUTOR_KEY = "meno/tutorKey";

export interface HandedKey {
  readonly provider: string;
  readonly baseUrl?: string;
  readonly key?: string;
}

type Hand = (key: HandedKey) => Promise<boolean>;

/** The tutor that the settings name first; undefined if there is none. */
function chosen(): { provider: string; baseUrl?: string } | undefined {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const provider = configuration.get<string>("tutor.provider", "none");
  const baseUrl = configuration.get<string | null>("tutor.baseUrl", null);
  if (provider === "none") {
    return undefined;
  }
  return baseUrl === null ? { provider } : { provider, baseUrl };
}

function slot(tutor: { provider: string; baseUrl?: string }): string {
  return `meno.tutor:${tutor.provider}:${tutor.baseUrl ?? ""}`;
}

/** Hands the stored key of the chosen tutor to a server that has started, if there is one. */
export async function handOver(secrets: vscode.SecretStorage, hand: Hand): Promise<void> {
  const tutor = chosen();
  const key = tutor === undefined ? undefined : await secrets.get(slot(tutor));
  if (tutor !== undefined && key !== undefined) {
    await hand({ ...tutor, key });
  }
}

/** Asks for the key of the chosen tutor and keeps it; an empty one is forgotten. */
export async function askForKey(secrets: vscode.SecretStorage, hand: Hand): Promise<void> {
  const tutor = chosen();
  if (tutor === undefined) {
    throw new Error("Choose a tutor first: the setting meno.tutor.provider.");
  }
  const key = await vscode.window.showInputBox({
    title: `Key for ${tutor.baseUrl ?? tutor.provider}`,
    prompt: "Kept in VS Code's secret storage. Empty: forget the key.",
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) {
    return;
  }
  if (key === "") {
    await secrets.delete(slot(tutor));
    await hand(tutor);
    void vscode.window.showInformationMessage("The key is forgotten.");
    return;
  }
  if (!(await hand({ ...tutor, key }))) {
    throw new Error("That is no key, or the address in meno.tutor.baseUrl is none. Nothing was kept.");
  }
  await secrets.store(slot(tutor), key);
  void vscode.window.showInformationMessage("The key is kept, and sent to this tutor alone.");
}
