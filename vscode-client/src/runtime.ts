// What the model runs on: installed for the extension's own server, only when a person says so.

import * as vscode from "vscode";
import type { Bundle } from "./bundle";
import { RUNTIME } from "./environment";
import type { Server } from "./server";

const INSTALL = "Install";

export async function offerRuntime(bundle: Bundle, server: Server): Promise<void> {
  const python = server.bundledOn;
  if (python === undefined) {
    throw new Error(
      "The model's runtime belongs to the Python that Meno runs on: “pip install meno-lsp” there brings it.",
    );
  }
  const answer = await vscode.window.showInformationMessage(
    "Install what Meno's model runs on?",
    {
      modal: true,
      detail: `pip of ${python} downloads ${RUNTIME.join(", ")} (about 50 MB) into the extension's own folder. Your projects are not touched, and no code is sent.`,
    },
    INSTALL,
  );
  if (answer !== INSTALL) {
    return;
  }
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: "Meno installs what its model runs on",
    cancellable: true,
  };
  await vscode.window.withProgress(options, async (_progress, token) => {
    const aborted = new AbortController();
    token.onCancellationRequested(() => {
      aborted.abort();
    });
    try {
      await bundle.installRuntime(python, aborted.signal);
    } catch (error) {
      if (!token.isCancellationRequested) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`It could not be installed: ${why}. Static hints go on.`, { cause: error });
      }
      return;
    }
    await server.restart();
  });
}
