// A dialogue as the server tells it, and as a thread shows it. Pure.

export interface Turn {
  readonly by: "meno" | "learner";
  readonly markdown: string;
  readonly notice?: string | null;
}

export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface DialogueState {
  readonly id: string;
  readonly uri: string;
  readonly range: { readonly start: Place; readonly end: Place };
  readonly title: string;
  readonly state: "open" | "thinking" | "ended";
  readonly turns: readonly Turn[];
}

export interface Row {
  readonly author: string;
  readonly body: string;
}

const THINKING = "*Meno is thinking of a question.*";

/** The comments of the thread, from the first turn to the last. */
export function rows(dialogue: DialogueState): Row[] {
  const said = dialogue.turns.map((turn) => ({
    author: turn.by === "meno" ? "Meno" : "You",
    body: body(turn),
  }));
  return dialogue.state === "thinking" ? [...said, { author: "Meno", body: THINKING }] : said;
}

/** What a learner wrote is shown as they wrote it; Meno's own turns are Markdown. */
function body(turn: Turn): string {
  const text = turn.by === "meno" ? turn.markdown : escaped(turn.markdown);
  return turn.notice ? `${text}\n\n*${turn.notice}*` : text;
}

export function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~]/g, String.raw`\$&`);
}
