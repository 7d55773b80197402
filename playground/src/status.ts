// What the top right corner says: whether Meno is there, how much it has found, and how the model is.

import { byId } from "./dom";
import type { Session } from "./session";

const PAUSE = 400;
const MOST_LOOKS = 150;
const MODEL: Record<string, string> = {
  loading: "the model is loading",
  ready: "the model is ready",
  disabled: "without the model",
};

export class Status {
  private count = 0;
  private model = "";
  private timer: number | undefined;

  constructor(private readonly session: Session) {}

  ready(): void {
    this.model = "";
    this.draw("ready");
  }

  lost(): void {
    window.clearTimeout(this.timer);
    this.draw("lost");
  }

  counted(findings: number): void {
    this.count = findings;
    if (this.session.isReady) {
      this.draw("ready");
    }
  }

  /** The server tells of its model only when asked: a look now and then, until it is ready or is not. */
  followModel(looks = MOST_LOOKS): void {
    window.clearTimeout(this.timer);
    const look = async (): Promise<void> => {
      const facts = await this.session.execute("meno.debugInformation").catch(() => undefined);
      const state = (facts as { modelState?: string } | undefined)?.modelState ?? "";
      this.model = MODEL[state] ?? "";
      if (this.session.isReady) {
        this.draw("ready");
      }
      if ((state === "loading" || state === "not started") && looks > 0) {
        this.timer = window.setTimeout(() => {
          this.followModel(looks - 1);
        }, PAUSE);
      }
    };
    void look();
  }

  private draw(state: "ready" | "lost"): void {
    byId("status").dataset.state = state;
    const found = this.count === 0 ? "" : this.count === 1 ? "1 finding" : `${this.count} findings`;
    const parts = state === "lost" ? ["Not connected"] : ["Ready", found, this.model];
    const words = parts.filter((part) => part !== "").join(" · ");
    const place = byId("status-text");
    if (place.textContent !== words) {
      place.textContent = words;
    }
    document.querySelectorAll<HTMLButtonElement>(".needs-server").forEach((one) => {
      one.disabled = state === "lost";
    });
  }
}
