// The documents that Meno reads: Python in files and in new editors, not the old side of a diff.

export const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
];
