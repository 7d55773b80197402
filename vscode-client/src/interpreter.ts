// The Python that is selected in VS Code: asked of the Python Environments extension, else of the Python
// extension, if one is installed. Neither is a dependency.

import * as vscode from "vscode";

/** The part of the Python Environments extension's interface that is used here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<
    | {
        readonly execInfo: {
          readonly run: { readonly executable: string };
          readonly activatedRun?: { readonly executable: string };
        };
      }
    | undefined
  >;
  readonly onDidChangeEnvironment: vscode.Event<unknown>;
}

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The selected interpreter's path; undefined when no extension knows one. */
export async function selectedInterpreter(): Promise<string | undefined> {
  const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
  const found = await (await environments())?.getEnvironment(scope);
  if (found !== undefined) {
    return (found.execInfo.activatedRun ?? found.execInfo.run).executable;
  }
  const python = await pythonExtension();
  const path = python?.environments.getActiveEnvironmentPath(scope);
  const resolved = path && (await python?.environments.resolveEnvironment(path));
  return resolved?.executable.uri?.fsPath;
}

/** Calls back whenever another interpreter is selected. */
export async function onEnvironmentChange(callback: () => void): Promise<vscode.Disposable> {
  const events = [
    (await environments())?.onDidChangeEnvironment,
    (await pythonExtension())?.environments.onDidChangeActiveEnvironmentPath,
  ];
  return vscode.Disposable.from(...events.flatMap((event) => (event === undefined ? [] : [event(callback)])));
}

function environments(): Promise<EnvironmentsApi | undefined> {
  return exportsOf<EnvironmentsApi>("ms-python.vscode-python-envs");
}

function pythonExtension(): Promise<PythonApi | undefined> {
  return exportsOf<PythonApi>("ms-python.python");
}

/** The interface of another extension; one that is missing or fails to start has none. */
async function exportsOf<T>(id: string): Promise<T | undefined> {
  try {
    return await vscode.extensions.getExtension<T | undefined>(id)?.activate();
  } catch {
    return undefined;
  }
}
