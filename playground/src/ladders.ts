// The ladders of the findings: asked for when one is looked at, climbed a rung at a time.

import type { Finding } from "./findings";
import { following, type Ladder, ofFinding, type Rung, rungsOf, told } from "./ladder";
import type { CodeAction, Hint } from "./protocol";
import type { Session } from "./session";

const HIGHEST = 4;

export class Ladders {
  private readonly known = new Map<string, Ladder>();
  private readonly listeners = new Set<() => void>();
  private climbing: { mark: string; level: number } | undefined;

  constructor(private readonly session: Session) {}

  of(finding: Finding): Ladder | undefined {
    return this.known.get(finding.mark);
  }

  /** Calls back whenever a ladder has changed; returns how to stop that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks the server what it says of a finding by now. */
  async load(finding: Finding): Promise<void> {
    const { range } = finding.diagnostic;
    const position = range.start;
    const [hover, actions] = await Promise.all([
      this.session.request<{ contents: { value: string } } | null>("textDocument/hover", {
        textDocument: { uri: this.session.uri },
        position,
      }),
      this.session.actions(range),
    ]).catch(() => [null, null] as const);
    if (hover === null && (actions === null || actions.length === 0)) {
      return; // the text has changed meanwhile; what is published next brings it here again
    }
    const own = ofFinding(actions ?? [], finding.diagnostic);
    const reached = (following(own) ?? HIGHEST + 1) - 1;
    const { text, because } = told(hover?.contents.value ?? "", finding.diagnostic);
    const before = this.known.get(finding.mark)?.rungs ?? [];
    this.set(finding.mark, { rungs: rungsOf(before, text, reached), because, actions: own });
  }

  /** One rung further; resolves with its text. */
  async climb(finding: Finding): Promise<string | undefined> {
    const actions = this.known.get(finding.mark)?.actions ?? [];
    const level = following(actions);
    const action = actions.find((one) => one.command?.command === "meno.nextHint");
    if (action?.command === undefined || level === undefined) {
      return undefined;
    }
    this.climbing = { mark: finding.mark, level };
    try {
      await this.session.run(action.command);
    } finally {
      this.climbing = undefined;
    }
    await this.load(finding);
    this.tell();
    return this.known.get(finding.mark)?.rungs.find((rung) => rung.level === level)?.markdown;
  }

  /**
   * Takes a hint that was climbed to; false if it is some other text. It is drawn with the way to the rung
   * after it, once that is known: until then the button would offer the rung that has just been reached.
   */
  take(hint: Hint): boolean {
    if (this.climbing === undefined) {
      return false;
    }
    const { mark, level } = this.climbing;
    const ladder = this.known.get(mark);
    const rung: Rung = { level, markdown: hint.markdown.trim() };
    const rungs = [...(ladder?.rungs ?? []).filter((one) => one.level !== level), rung];
    this.known.set(mark, { rungs, because: ladder?.because, actions: ladder?.actions ?? [] });
    return true;
  }

  /** What an action does, worked out now if the server has left it for later. */
  async resolved(action: CodeAction): Promise<CodeAction> {
    return action.data === undefined || action.command !== undefined || action.edit !== undefined
      ? action
      : this.session.request<CodeAction>("codeAction/resolve", { ...action });
  }

  forget(): void {
    this.known.clear();
    this.tell();
  }

  private set(mark: string, ladder: Ladder): void {
    this.known.set(mark, ladder);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) {
      listener();
    }
  }
}
