// What the server says besides: sentences that pass, and texts that stay until they are closed.

import { languageOf } from "./card";
import { button, byId, element, markdown } from "./dom";
import type { Hint } from "./protocol";

const MOST = 3;

/** A sentence at the top of the panel; a few of them at most. */
export function say(text: string): void {
  const place = byId("notices");
  const made = element("div", { class: "said" }, element("p", {}, text));
  made.append(
    closing("Close this message", () => {
      made.remove();
    }),
  );
  place.prepend(made);
  while (place.children.length > MOST) {
    place.lastElementChild?.remove();
  }
}

/** A whole text, such as why a run fails; a newer one under the same title takes the place of the older. */
export function show(hint: Hint, language: string): void {
  const place = byId("notes");
  const title = element("h2", { tabindex: "-1" }, hint.title);
  const made = element("section", { class: "note", "aria-label": hint.title });
  const close = closing(`Close “${hint.title}”`, () => {
    made.remove();
  });
  made.append(element("header", {}, title, close), languageOf(markdown(hint.markdown, 3), language));
  const old = [...place.children].find((one) => one.getAttribute("aria-label") === hint.title);
  if (old === undefined) {
    place.prepend(made);
  } else {
    old.replaceWith(made);
  }
  title.focus({ preventScroll: true });
  made.scrollIntoView({ block: "start" });
}

export function clearNotes(): void {
  byId("notes").replaceChildren();
  byId("notices").replaceChildren();
}

/** For screen readers only. */
export function announce(text: string): void {
  byId("announcer").textContent = text;
}

function closing(label: string, chosen: () => void): HTMLButtonElement {
  const made = button("×", "close", chosen);
  made.setAttribute("aria-label", label);
  return made;
}
