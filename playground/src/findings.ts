// The findings in the editor: marks under the text, dots in the margin, and which one is looked at.

import {
  type EditorState,
  type Extension,
  type Range,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, gutter, GutterMarker } from "@codemirror/view";
import { visible } from "./positions";
import type { Diagnostic, Severity } from "./protocol";

export interface Finding {
  readonly from: number;
  readonly to: number;
  readonly mark: string;
  readonly severity: Severity;
  readonly diagnostic: Diagnostic;
}

interface Findings {
  readonly all: readonly Finding[];
  readonly chosen: string | undefined;
}

export const setFindings = StateEffect.define<readonly Finding[]>();
export const choose = StateEffect.define<string | undefined>();

export const SEVERITIES: Record<Severity, string> = { 1: "error", 2: "warning", 3: "note", 4: "hint" };

export function asFindings(text: Text, diagnostics: readonly Diagnostic[]): Finding[] {
  const found = diagnostics.map((diagnostic) => ({
    ...visible(text, diagnostic.range),
    mark: diagnostic.data?.fingerprint ?? `${diagnostic.code ?? ""}:${diagnostic.message}`,
    severity: diagnostic.severity ?? 3,
    diagnostic,
  }));
  return found.sort((one, other) => one.from - other.from || one.severity - other.severity);
}

const field = StateField.define<Findings>({
  create: () => ({ all: [], chosen: undefined }),
  update(before, transaction) {
    let { all, chosen } = before;
    if (transaction.docChanged) {
      all = all.map((one) => ({
        ...one,
        from: transaction.changes.mapPos(one.from, 1),
        to: transaction.changes.mapPos(one.to, -1),
      }));
    }
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) {
        all = effect.value;
      } else if (effect.is(choose)) {
        chosen = effect.value;
      }
    }
    const moved = transaction.selection !== undefined || transaction.docChanged;
    const asked = transaction.effects.some((effect) => effect.is(choose));
    if (!asked && (moved || all !== before.all)) {
      chosen = follow(transaction.state, all, chosen);
    }
    return all === before.all && chosen === before.chosen ? before : { all, chosen };
  },
});

/** The finding that the cursor stands at or beside; else the one that was looked at; else the first. */
function follow(state: EditorState, all: readonly Finding[], chosen: string | undefined): string | undefined {
  const head = Math.min(state.selection.main.head, state.doc.length);
  const line = state.doc.lineAt(head);
  const here = all.filter((one) => one.from <= line.to && one.to >= line.from);
  const under = here.find((one) => one.from <= head && head <= one.to);
  if (under === undefined && here.some((one) => one.mark === chosen)) {
    return chosen;
  }
  const kept = all.some((one) => one.mark === chosen) ? chosen : undefined;
  return (under ?? here[0])?.mark ?? kept ?? all[0]?.mark;
}

export function findingsIn(state: EditorState): Findings {
  return state.field(field);
}

/** The finding at a position; of several the one that is looked at. */
export function findingAt(state: EditorState, position: number): Finding | undefined {
  const { all, chosen } = findingsIn(state);
  const here = all.filter((one) => one.from <= position && position <= one.to);
  return here.find((one) => one.mark === chosen) ?? here[0];
}

/** The one below the cursor, or the one on its line. */
export function findingAtCursor(state: EditorState): Finding | undefined {
  const head = state.selection.main.head;
  const line = state.doc.lineAt(head);
  const here = findingsIn(state).all.filter((one) => one.from <= line.to && one.to >= line.from);
  return findingAt(state, head) ?? here[0];
}

/** The next finding in a direction, round the end of the text. */
export function findingBeside(state: EditorState, direction: 1 | -1): Finding | undefined {
  const { all } = findingsIn(state);
  const head = state.selection.main.head;
  if (direction === 1) {
    return all.find((one) => one.from > head) ?? all[0];
  }
  return all.findLast((one) => one.from < head) ?? all.at(-1);
}

function marks(state: EditorState): DecorationSet {
  const { all, chosen } = findingsIn(state);
  const ranges: Range<Decoration>[] = [];
  for (const one of all) {
    const here = one.mark === chosen ? " chosen" : "";
    const mark = Decoration.mark({ class: `squiggle ${SEVERITIES[one.severity]}${here}` });
    for (const { from, to } of withoutIndentation(state.doc, one)) {
      ranges.push(mark.range(from, to));
    }
  }
  return Decoration.set(ranges, true);
}

/** The parts of a finding line by line: nothing is wrong with the white space in front of a line. */
function withoutIndentation(text: Text, finding: Finding): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const end = Math.min(finding.to, text.length);
  for (let at = Math.min(finding.from, end); at < end;) {
    const line = text.lineAt(at);
    const from = at === line.from ? at + (/^\s*/.exec(line.text)?.[0].length ?? 0) : at;
    const to = Math.min(line.to, end);
    if (from < to) {
      found.push({ from, to });
    }
    at = line.to + 1;
  }
  return found;
}

class Dot extends GutterMarker {
  constructor(readonly severity: Severity) {
    super();
  }

  override eq(other: Dot): boolean {
    return other.severity === this.severity;
  }

  override toDOM(): Node {
    const dot = document.createElement("span");
    dot.className = `dot ${SEVERITIES[this.severity]}`;
    return dot;
  }
}

function dots(state: EditorState): ReturnType<RangeSetBuilder<GutterMarker>["finish"]> {
  const worst = new Map<number, Severity>();
  for (const one of findingsIn(state).all) {
    const start = state.doc.lineAt(Math.min(one.from, state.doc.length)).from;
    worst.set(start, Math.min(one.severity, worst.get(start) ?? 4) as Severity);
  }
  const builder = new RangeSetBuilder<GutterMarker>();
  for (const [start, severity] of [...worst].sort(([one], [other]) => one - other)) {
    builder.add(start, start, new Dot(severity));
  }
  return builder.finish();
}

/** `opened` is called with the finding whose dot in the margin was pressed. */
export function findingsExtension(opened: (view: EditorView, finding: Finding) => void): Extension {
  return [
    field,
    EditorView.decorations.compute([field], marks),
    gutter({
      class: "dots",
      markers: (view) => dots(view.state),
      initialSpacer: () => new Dot(4),
      domEventHandlers: {
        click: (view, line) => {
          const here = findingsIn(view.state).all.find((one) => one.from >= line.from && one.from <= line.to);
          if (here !== undefined) {
            opened(view, here);
          }
          return here !== undefined;
        },
      },
    }),
  ];
}
