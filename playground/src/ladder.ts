// What is known of one finding's hint ladder. Pure.

import type { CodeAction, Diagnostic } from "./protocol";

export const RUNGS = [
  "what is there",
  "where to look",
  "the idea behind it",
  "questions to ask yourself",
  "an example elsewhere",
] as const;

/** The last rung of hints; above it there is only the change, which no hint tells. */
export const LAST_RUNG = 4;

export interface Rung {
  readonly level: number;
  readonly markdown: string;
}

export interface Ladder {
  /** The rungs that were reached, from the first on; the notice itself is not among them. */
  readonly rungs: readonly Rung[];
  /** The words that move the model most, once somebody has asked why. */
  readonly because: string | undefined;
  readonly actions: readonly CodeAction[];
}

const MORE = /\n\n\*More: [^\n]*\*$/;
const BECAUSE = "The words that move the model most:";
const BETWEEN = "\n\n---\n\n";

/** The part of a hover that is about this finding, without its headline, its notice and the way further. */
export function told(hover: string, diagnostic: Diagnostic): { text: string; because: string | undefined } {
  const notice = diagnostic.message;
  const section = hover.split(BETWEEN).find((one) => one.includes(notice)) ?? "";
  const after = section.slice(section.indexOf(notice) + notice.length).replace(MORE, "");
  const [text = "", because] = after.split(BECAUSE);
  return { text: text.trim(), because: because?.trim() };
}

/** The actions on this very finding: on a line with two, the server names both. */
export function ofFinding(actions: readonly CodeAction[], diagnostic: Diagnostic): CodeAction[] {
  const mark = diagnostic.data?.fingerprint;
  const rule = diagnostic.code ?? "";
  return actions.filter((action) => {
    if (action.command?.command === "meno.nextHint") {
      return action.command.arguments?.[1] === mark;
    }
    if (action.data !== undefined) {
      return action.data.fingerprint === mark;
    }
    return action.edit === undefined || action.title.includes(rule);
  });
}

/** The level that the action "next hint" climbs to; undefined at the top. */
export function following(actions: readonly CodeAction[]): number | undefined {
  const next = actions.find((action) => action.command?.command === "meno.nextHint");
  const level = next?.command?.arguments?.[2];
  return typeof level === "number" ? level : undefined;
}

/** The rungs after a look at the server: those known one by one stay apart, the others stand together. */
export function rungsOf(known: readonly Rung[], text: string, reached: number): Rung[] {
  if (text === "") {
    return [];
  }
  const apart = known.filter((rung) => rung.level <= reached && text.includes(rung.markdown));
  const rest = apart.reduce((whole, rung) => whole.replace(rung.markdown, ""), text).trim();
  if (rest === "") {
    return [...apart];
  }
  const lowest = Math.min(reached + 1, ...apart.map((rung) => rung.level));
  return [{ level: Math.max(1, lowest - 1), markdown: rest }, ...apart];
}

/** An action's title without the name in brackets that tells two findings apart. */
export function plainTitle(title: string): string {
  return title.replace(/ \[[^\]]+\]$/, "");
}
