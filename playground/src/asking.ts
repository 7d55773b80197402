// Questions that must be answered before anything goes on: one at a time, in a dialog that Escape closes as a no.

import { button, element } from "./dom";

let last: Promise<unknown> = Promise.resolve();

/** Asks a person to choose; undefined if nothing was chosen. The last option is the careful one. */
export function choice(
  title: string,
  body: readonly Node[],
  options: readonly string[],
): Promise<string | undefined> {
  const asked = last.then(() => open(title, body, options));
  last = asked;
  return asked;
}

function open(title: string, body: readonly Node[], options: readonly string[]): Promise<string | undefined> {
  const { promise, resolve } = withResolvers<string | undefined>();
  const heading = element("h2", { id: "question" }, title);
  const dialog = element("dialog", { class: "question", "aria-labelledby": "question" }, heading, ...body);
  const before = document.activeElement;
  let chosen: string | undefined;
  const buttons = options.map((option, at) =>
    button(option, at === 0 ? "main" : "", () => {
      chosen = option;
      dialog.close();
    }),
  );
  dialog.append(element("div", { class: "actions" }, ...buttons));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) {
      before.focus();
    }
    resolve(chosen);
  });
  document.body.append(dialog);
  dialog.showModal();
  buttons.at(-1)?.focus();
  return promise;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
