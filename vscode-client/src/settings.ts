// Settings: what starts the server, and what the server is told. The server hears only what somebody has
// chosen. VS Code would also send every default, and so outvote the project's own file.

import type { WorkspaceConfiguration } from "vscode";

export const SECTION = "meno";
/** Settings of the client alone; the server does not know them. */
export const LAUNCH_SETTINGS = ["path", "interpreter"] as const;
const CLIENT_ONLY = new Set<string>([...LAUNCH_SETTINGS, "trace.server"]);

type Inspected = Pick<WorkspaceConfiguration, "inspect">;

/** The names of the extension's settings, without their section, from its manifest. */
export function settingNames(manifest: unknown): string[] {
  const properties = (manifest as { contributes: { configuration: { properties: object } } }).contributes
    .configuration.properties;
  return Object.keys(properties).map((name) => name.slice(SECTION.length + 1));
}

/** The server's settings that are set somewhere, by name; the narrowest scope wins. */
export function chosen(configuration: Inspected, names: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of names.filter((name) => !CLIENT_ONLY.has(name))) {
    const found = configuration.inspect(name);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    if (value !== undefined) {
      values[name] = value;
    }
  }
  return values;
}

/** The settings with the Python that is selected in VS Code as the one that runs programs, if none is named. */
export function withInterpreter(
  settings: Record<string, unknown>,
  selected: string | undefined,
): Record<string, unknown> {
  return selected === undefined ? settings : { "run.interpreter": selected, ...settings };
}
