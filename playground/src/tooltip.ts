// The card at the text: by the pointer, or by a key, and then with the focus in it.

import { type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  closeHoverTooltips,
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
  type TooltipView,
} from "@codemirror/view";
import { actionsOf, because, type Deeds, ladderOf } from "./card";
import { element } from "./dom";
import { choose, type Finding, findingAt, findingAtCursor } from "./findings";
import type { Ladders } from "./ladders";
import { notice } from "./panel";
import { refresh } from "./refresh";

export interface CardSource {
  readonly ladders: Ladders;
  readonly deeds: Deeds;
  language(): string;
  highest(): number;
  announce(text: string): void;
}

const pin = StateEffect.define<Finding | undefined>();

export function cardExtension(source: CardSource): Extension {
  const pinned = StateField.define<Tooltip | null>({
    create: () => null,
    update(before, transaction) {
      for (const effect of transaction.effects) {
        if (effect.is(pin)) {
          return effect.value === undefined ? null : tooltip(effect.value, source, true);
        }
      }
      return transaction.docChanged || transaction.selection !== undefined ? null : before;
    },
    provide: (field) => showTooltip.from(field),
  });
  return [
    pinned,
    hoverTooltip((view, position) => {
      const finding = findingAt(view.state, position);
      return finding === undefined || view.state.field(pinned) !== null
        ? null
        : tooltip(finding, source, false);
    }),
    keymap.of(
      ["F1", "Ctrl-Shift-h", "Mod-."].map((key) => ({
        key,
        preventDefault: true,
        run: (view: EditorView) => {
          const finding = findingAtCursor(view.state);
          if (finding === undefined) {
            source.announce("Nothing is marked on this line. F8 goes to the next finding.");
          } else {
            openCard(view, finding);
          }
          return true;
        },
      })),
    ),
  ];
}

/** Opens the card of a finding and goes into it. */
export function openCard(view: EditorView, finding: Finding): void {
  view.dispatch({ effects: [pin.of(finding), choose.of(finding.mark), closeHoverTooltips] });
}

function tooltip(finding: Finding, source: CardSource, focused: boolean): Tooltip {
  return {
    pos: finding.from,
    end: finding.to,
    above: false,
    arrow: false,
    create: (view) => card(view, finding, source, focused),
  };
}

function card(view: EditorView, finding: Finding, source: CardSource, focused: boolean): TooltipView {
  const dom = element("div", {
    class: "card",
    role: "dialog",
    "aria-label": "Hints at this place",
    tabindex: "-1",
  });
  const draw = (): void => {
    const ladder = source.ladders.of(finding);
    const children = [
      element("p", { class: "head" }, notice(finding.diagnostic.message, source.language())),
      ladderOf(finding, ladder, source.deeds, source.language(), source.highest()),
      because(ladder),
      actionsOf(finding, ladder, source.deeds),
    ];
    refresh(
      dom,
      children.filter((one) => one !== undefined),
      () => dom,
    );
    // Whoever came by a key stands on the first thing to do, as soon as it is there.
    if (focused && document.activeElement === dom) {
      dom.querySelector("button")?.focus();
    }
  };
  draw();
  const stop = source.ladders.listen(draw);
  void source.ladders.load(finding);
  dom.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      view.dispatch({ effects: [pin.of(undefined), closeHoverTooltips] });
      view.focus();
    }
  });
  return {
    dom,
    mount: () => {
      if (focused) {
        (dom.querySelector("button") ?? dom).focus();
      }
    },
    destroy: stop,
  };
}

/** Closes the card, wherever it came from. */
export function closeCard(view: EditorView): void {
  view.dispatch({ effects: [pin.of(undefined), closeHoverTooltips] });
}
