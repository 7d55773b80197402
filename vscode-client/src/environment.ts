// What the model runs on, and where it lies. Pure.

import path from "node:path";

/** Larger than the whole server, and so installed only when a person says so. */
export const RUNTIME = ["onnxruntime", "numpy", "tokenizers"] as const;

/** Compiled for one version of Python; kept when the extension is updated. */
export function runtimeFolder(storage: string, version: string): string {
  return path.join(storage, `model-runtime-${version}`);
}
