// A finding with its ladder, as the panel and the card at the text show it: the rungs that were reached, a way
// to the next one, those still to come, and what else can be done.

import { button, element, markdown } from "./dom";
import { type Finding } from "./findings";
import { following, LAST_RUNG, type Ladder, plainTitle, RUNGS } from "./ladder";
import type { CodeAction } from "./protocol";

export interface Deeds {
  climb(finding: Finding): void;
  act(finding: Finding, action: CodeAction): void;
}

const QUIET = "This is fine here";

function isQuiet(title: string): boolean {
  return title.startsWith(QUIET);
}

/** The rungs as a list. `key` tells the places of focus apart, `language` is the hints'. */
export function ladderOf(
  finding: Finding,
  ladder: Ladder | undefined,
  deeds: Deeds,
  language: string,
  highest: number,
): HTMLElement {
  const list = element("ol", { class: "ladder", "aria-label": "Hints, rung by rung" });
  const words = ladder?.rungs ?? [];
  const next = following(ladder?.actions ?? []);
  for (const rung of [...words].sort((one, other) => one.level - other.level)) {
    list.append(
      element(
        "li",
        { class: "rung reached" },
        element("span", { class: "name" }, RUNGS[rung.level] ?? ""),
        languageOf(markdown(rung.markdown), language),
      ),
    );
  }
  if (ladder !== undefined && next !== undefined) {
    const climb = button(`Next hint: ${RUNGS[next] ?? ""}`, "next", () => {
      deeds.climb(finding);
    });
    climb.dataset.key = `climb ${finding.mark}`;
    list.append(element("li", { class: "rung next" }, climb));
    for (let level = next + 1; level <= Math.min(highest, LAST_RUNG); level += 1) {
      list.append(
        element("li", { class: "rung ahead" }, element("span", { class: "name" }, RUNGS[level] ?? "")),
      );
    }
  }
  return list;
}

export function because(ladder: Ladder | undefined): HTMLElement | undefined {
  if (ladder?.because === undefined) {
    return undefined;
  }
  const title = element("p", { class: "name" }, "the words that move the model most");
  return element("div", { class: "because" }, title, markdown(ladder.because));
}

/** The other actions: what asks and changes as buttons, what silences as a quiet one at the end. */
export function actionsOf(finding: Finding, ladder: Ladder | undefined, deeds: Deeds): HTMLElement {
  const row = element("div", { class: "actions" });
  const others = (ladder?.actions ?? []).filter((one) => one.command?.command !== "meno.nextHint");
  others.sort((one, other) => Number(isQuiet(one.title)) - Number(isQuiet(other.title)));
  for (const action of others) {
    const title = plainTitle(action.title);
    const made = button(isQuiet(title) ? QUIET : title, isQuiet(title) ? "quiet" : "", () => {
      deeds.act(finding, action);
    });
    if (isQuiet(title)) {
      made.title = title;
    }
    made.dataset.key = `${title} ${finding.mark}`;
    row.append(made);
  }
  return row;
}

export function languageOf<E extends HTMLElement>(made: E, language: string): E {
  made.lang = language;
  return made;
}
