// The strip below: what a person chooses, kept in this browser.

import { asSettings, CHOICES, valid } from "./choices";
import { byId, element } from "./dom";
import type { Memory } from "./memory";

export class Settings {
  private readonly chosen = new Map<string, string>();

  constructor(
    private readonly memory: Memory,
    private readonly changed: (name: string) => void,
  ) {
    for (const choice of CHOICES) {
      this.chosen.set(choice.name, valid(choice, memory.read(choice.name)));
    }
  }

  get(name: string): string {
    return this.chosen.get(name) ?? "";
  }

  forServer(): Record<string, unknown> {
    return asSettings(this.chosen);
  }

  draw(): void {
    const fields = CHOICES.map((choice) => {
      const select = element("select", { name: choice.name });
      for (const [value, label] of choice.values) {
        const option = element("option", { value }, label);
        option.selected = value === this.get(choice.name);
        select.append(option);
      }
      select.addEventListener("change", () => {
        this.chosen.set(choice.name, select.value);
        this.memory.write(choice.name, select.value);
        this.changed(choice.name);
      });
      return element("label", {}, element("span", {}, choice.label), select);
    });
    const licences = element("a", { href: "licences.txt", target: "_blank", rel: "noreferrer" }, "Licences");
    byId("settings").replaceChildren(...fields, licences);
  }
}
