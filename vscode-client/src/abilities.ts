// What this client can do beyond the protocol: the server is told, and uses it.

import type { ClientCapabilities, FeatureState, StaticFeature } from "vscode-languageclient";

const ABILITIES = { showHint: true, dialogue: true, status: true, previewChange: true, hoverCommands: true };

export const abilities: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const experimental = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = { ...experimental, meno: ABILITIES };
  },
  initialize: () => undefined,
  getState: (): FeatureState => ({ kind: "static" }),
  clear: () => undefined,
};
