// The documents that Meno reads: Python in files, new editors and cells of notebooks; not the old side of a diff.

export const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { notebook: { scheme: "file", notebookType: "jupyter-notebook" }, language: "python" },
  { notebook: { scheme: "untitled", notebookType: "jupyter-notebook" }, language: "python" },
];

/** The same for VS Code's own functions, which know cells by their scheme. */
export const EDITOR_SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
];
