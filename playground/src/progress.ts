// Work that goes on: what it is, how far it is, and a way to stop it.

import { button, byId, element } from "./dom";
import type { ProgressValue } from "./session";

export class Progress {
  private readonly going = new Map<string, { title: string; message: string }>();

  constructor(private readonly cancel: (token: string) => void) {}

  take(token: string, value: ProgressValue): void {
    if (value.kind === "end") {
      this.going.delete(token);
    } else {
      const title = value.title ?? this.going.get(token)?.title ?? "";
      this.going.set(token, { title, message: value.message ?? "" });
    }
    this.draw();
  }

  clear(): void {
    this.going.clear();
    this.draw();
  }

  private draw(): void {
    const place = byId("progress");
    const [newest] = [...this.going].reverse();
    place.hidden = newest === undefined;
    if (newest === undefined) {
      place.replaceChildren();
      return;
    }
    const [token, { title, message }] = newest;
    const words = message === "" ? title : `${title}: ${message}`;
    const told = place.querySelector(".doing");
    if (told !== null && place.dataset.token === token) {
      told.textContent = words;
      return;
    }
    place.dataset.token = token;
    place.replaceChildren(
      element("span", { class: "doing", role: "status" }, words),
      button("Stop", "quiet", () => {
        this.cancel(token);
      }),
    );
  }
}
