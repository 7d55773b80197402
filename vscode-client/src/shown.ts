// The hints that were shown, by the path of their document. Pure.

import type { Hint } from "./hints";

const MOST = 20;
const GONE = "*This hint is no longer there. Ask for it again at the finding.*\n";

export class Shown {
  private readonly hints = new Map<string, Hint>();

  remember(path: string, hint: Hint): void {
    this.hints.delete(path);
    this.hints.set(path, hint);
    for (const old of [...this.hints.keys()].slice(0, -MOST)) {
      this.hints.delete(old);
    }
  }

  text(path: string): string {
    const hint = this.hints.get(path);
    if (hint === undefined) {
      return GONE;
    }
    return hint.markdown.startsWith("# ") ? hint.markdown : `# ${hint.title}\n\n${hint.markdown}\n`;
  }
}

/** A title as the path of a Markdown document: a tab shows it, so it stays readable. */
export function fileName(title: string): string {
  return `/${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, " ").trim() || "Hint"}.md`;
}
