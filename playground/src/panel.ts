// The findings beside the editor: one line each, and the one that is looked at with its ladder.

import type { EditorState } from "@codemirror/state";
import { actionsOf, because, type Deeds, ladderOf, languageOf } from "./card";
import { element, byId } from "./dom";
import { type Finding, findingsIn, SEVERITIES } from "./findings";
import { inline } from "./markdown";
import type { Ladders } from "./ladders";
import { refresh } from "./refresh";

export interface PanelDeeds extends Deeds {
  go(finding: Finding): void;
}

/** A notice as one line of text with its code words set apart. */
export function notice(text: string, language: string): HTMLElement {
  const parts = inline(text).map((part) =>
    part.kind === "code" ? element("code", {}, part.text) : "text" in part ? part.text : "",
  );
  return languageOf(element("span", { class: "notice" }, ...parts), language);
}

export function drawFindings(
  state: EditorState,
  ladders: Ladders,
  deeds: PanelDeeds,
  language: string,
  highest: number,
): void {
  const { all, chosen } = findingsIn(state);
  const place = byId("findings");
  const head = (): HTMLElement | null => place.querySelector<HTMLElement>("[aria-expanded=true]");
  const rows = all.map((finding) => {
    const open = finding.mark === chosen;
    const line = state.doc.lineAt(Math.min(finding.from, state.doc.length)).number;
    const kind = SEVERITIES[finding.severity];
    const top = element(
      "button",
      { type: "button", class: "head", "aria-expanded": String(open) },
      element("span", { class: `dot ${kind}` }),
      element("span", { class: "unseen" }, `${kind}, `),
      element("span", { class: "line" }, `line ${line}`),
      notice(finding.diagnostic.message, language),
    );
    top.dataset.key = `head ${finding.mark}`;
    top.addEventListener("click", () => {
      deeds.go(finding);
    });
    const ladder = ladders.of(finding);
    const body = open && [
      ladderOf(finding, ladder, deeds, language, highest),
      because(ladder),
      actionsOf(finding, ladder, deeds),
    ];
    return element(
      "article",
      { class: `finding${open ? " open" : ""}` },
      element("h2", {}, top),
      body === false ? null : element("div", { class: "body" }, ...body),
    );
  });
  refresh(place, rows, head);
}
