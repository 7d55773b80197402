// Conversations: the server sends the whole of one after each turn; a person answers, or asks for another question.

import { languageOf } from "./card";
import { button, byId, element, markdown } from "./dom";
import type { Dialogue, Turn } from "./protocol";

const TELL = "Just tell me";
const THINKING = "Meno is thinking of a question…";

export interface Talk {
  answer(id: string, words: string): void;
  end(id: string): void;
  language(): string;
}

export class Dialogues {
  private readonly shown = new Map<string, HTMLElement>();

  constructor(private readonly talk: Talk) {}

  /** Shows a dialogue as it is now. The focus stays in it if it was there, or goes there at its beginning. */
  show(dialogue: Dialogue): void {
    const place = byId("dialogues");
    const before = this.shown.get(dialogue.id);
    const section = before ?? this.begin(dialogue);
    const within = section.contains(document.activeElement);
    const field = section.querySelector("textarea");
    const typed = field?.value ?? "";
    fill(section.querySelector(".turns"), this.turns(dialogue));
    const form = section.querySelector<HTMLElement>(".reply");
    const open = dialogue.state === "open";
    if (form !== null) {
      form.hidden = dialogue.state === "ended";
      form.querySelectorAll("button").forEach((one) => {
        one.disabled = !open;
      });
    }
    if (before === undefined) {
      place.prepend(section);
    }
    const end = section.querySelector<HTMLElement>(".end");
    if (end !== null) {
      end.textContent = open || dialogue.state === "thinking" ? "Enough for now" : "Close";
    }
    if (field !== null) {
      field.value = dialogue.state === "thinking" ? "" : typed;
      if (before === undefined || (within && open)) {
        field.focus({ preventScroll: true });
      }
    }
    section.scrollIntoView({ block: "end" });
  }

  /** The server that knew them is gone, or the text that they were about. */
  clear(): void {
    this.shown.clear();
    byId("dialogues").replaceChildren();
  }

  private turns(dialogue: Dialogue): HTMLElement[] {
    const said = dialogue.turns.map((turn) => this.turn(turn));
    if (dialogue.state === "thinking") {
      said.push(element("div", { class: "turn meno thinking" }, element("p", {}, THINKING)));
    }
    return said;
  }

  private turn(turn: Turn): HTMLElement {
    // What a learner wrote is shown as they wrote it; Meno's own turns are Markdown.
    const words =
      turn.by === "meno"
        ? languageOf(markdown(turn.markdown), this.talk.language())
        : element("p", { class: "text" }, turn.markdown);
    return element(
      "div",
      { class: `turn ${turn.by}` },
      element("span", { class: "unseen" }, turn.by === "meno" ? "Meno asks: " : "You said: "),
      words,
      typeof turn.notice === "string" && element("p", { class: "aside" }, turn.notice),
    );
  }

  private begin(dialogue: Dialogue): HTMLElement {
    const { id } = dialogue;
    const field = element("textarea", {
      rows: "1",
      "aria-label": "Your answer",
      placeholder: "What do you see? A sentence is enough.",
    });
    const answer = (): void => {
      if (field.value.trim() !== "") {
        this.talk.answer(id, field.value.trim());
      }
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        answer();
      }
    });
    const end = button("Enough for now", "quiet end", () => {
      this.shown.get(id)?.remove();
      this.shown.delete(id);
      this.talk.end(id);
    });
    const buttons = [
      button("Answer", "main", answer),
      button("Another question", "", () => {
        this.talk.answer(id, "");
      }),
      button(TELL, "", () => {
        this.talk.answer(id, TELL);
      }),
    ];
    const made = element(
      "section",
      { class: "dialogue", "aria-label": `A conversation about ${dialogue.title}` },
      element("header", {}, element("h2", {}, `About ${dialogue.title.replaceAll("-", " ")}`), end),
      element("div", { class: "turns", role: "log" }),
      element("div", { class: "reply" }, field, element("div", { class: "actions" }, ...buttons)),
    );
    this.shown.set(id, made);
    return made;
  }
}

function fill(place: Element | null, turns: readonly HTMLElement[]): void {
  // Only what is new is added, so that a screen reader says nothing twice.
  if (place === null) {
    return;
  }
  turns.forEach((turn, at) => {
    const old = place.children[at];
    if (old === undefined) {
      place.append(turn);
    } else if (!old.isEqualNode(turn)) {
      old.replaceWith(turn);
    }
  });
  while (place.children.length > turns.length) {
    place.lastElementChild?.remove();
  }
}
