// The editor: Python, four spaces, marks and cards; the keyboard can always leave it (Escape, then Tab).

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { choose, type Finding, findingBeside, findingsExtension } from "./findings";
import { cardExtension, type CardSource, openCard } from "./tooltip";

export interface EditorDeeds {
  save: () => void;
  run: () => void;
  updated: (update: ViewUpdate) => void;
}

const LABEL =
  "Python program. F8 goes to the next finding, F1 opens its hints. Escape, then Tab leaves the editor.";

export function extensions(source: CardSource, deeds: EditorDeeds, nonce: string): Extension {
  const go = (direction: 1 | -1) => (view: EditorView) => {
    const finding = findingBeside(view.state, direction);
    if (finding === undefined) {
      source.announce("Nothing is marked.");
    } else {
      goTo(view, finding);
      source.announce(finding.diagnostic.message);
    }
    return true;
  };
  const does = (deed: () => void) => () => {
    deed();
    return true;
  };
  return [
    EditorView.cspNonce.of(nonce),
    Prec.high(
      keymap.of([
        { key: "Mod-s", preventDefault: true, run: does(deeds.save) },
        { key: "Mod-Enter", preventDefault: true, run: does(deeds.run) },
        { key: "F8", preventDefault: true, run: go(1), shift: go(-1) },
      ]),
    ),
    findingsExtension(openCard),
    cardExtension(source),
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    python(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    syntaxHighlighting(classHighlighter),
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
    EditorView.contentAttributes.of({ "aria-label": LABEL }),
    EditorView.updateListener.of((update) => {
      deeds.updated(update);
    }),
  ];
}

/** Puts the cursor to a finding and brings it into sight. */
export function goTo(view: EditorView, finding: Finding): void {
  view.dispatch({
    selection: { anchor: finding.from },
    // Two findings may begin at the same place: the cursor alone does not tell which one is meant.
    effects: [
      EditorView.scrollIntoView(finding.from, { y: "nearest", yMargin: 60 }),
      choose.of(finding.mark),
    ],
  });
}
