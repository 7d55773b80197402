// The page as a whole: puts the parts together, and does what its buttons and the server ask for.

import { EditorState } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import { choice } from "./asking";
import { drawBar } from "./bar";
import { button, byId, element, markdown } from "./dom";
import { Dialogues } from "./dialogues";
import { editsFor, preview, toChanges } from "./edits";
import { extensions, goTo } from "./editor";
import { asFindings, type Finding, findingsIn, setFindings } from "./findings";
import { keepKey, takeKey } from "./key";
import { Ladders } from "./ladders";
import { Memory } from "./memory";
import { announce, clearNotes, say, show } from "./notes";
import { drawFindings } from "./panel";
import { Progress } from "./progress";
import type { CodeAction, Diagnostic, Hello, Hint, WorkspaceEdit } from "./protocol";
import { lesson } from "./samples";
import { Session, type Surroundings } from "./session";
import { Settings } from "./settings";
import { Status } from "./status";
import { followTheme } from "./theme";
import { closeCard } from "./tooltip";

const MAKE = "Make this change";
const LEAVE = "Leave it as it is";
const OUTDATED = "The text has changed since; ask again.";
const KEEP_AFTER = 300;
const LOAD_AFTER = 60;

export class Page {
  private readonly memory = new Memory(window.localStorage);
  private readonly settings = new Settings(this.memory, (name) => {
    this.chosen(name);
  });
  private readonly session = new Session(this.surroundings());
  private readonly ladders = new Ladders(this.session);
  private readonly status = new Status(this.session);
  private readonly progress = new Progress((token) => {
    this.session.cancel(token);
  });
  private readonly dialogues = new Dialogues({
    answer: (id, words) => {
      this.execute("meno.answer", id, words);
    },
    end: (id) => {
      this.execute("meno.endDialogue", id);
    },
    language: () => this.settings.get("language"),
  });
  private readonly deeds = {
    climb: (finding: Finding) => void this.climb(finding),
    act: (finding: Finding, action: CodeAction) => void this.act(finding, action),
    go: (finding: Finding) => {
      goTo(this.view, finding);
    },
  };
  private readonly applyTheme = followTheme(document.documentElement, () => this.settings.get("theme"));
  private key = takeKey(window.location, window.history, window.sessionStorage);
  private lesson = lesson(this.memory.read("lesson") ?? "").name;
  private keeping: number | undefined;
  private loading: number | undefined;
  private shown: Hint | undefined;
  private readonly view: EditorView;

  constructor(private readonly nonce: string) {
    this.view = new EditorView({ parent: byId("editor"), state: this.state() });
    this.settings.draw();
    drawBar(
      {
        lesson: (name) => {
          this.keep();
          this.lesson = lesson(name).name;
          this.memory.write("lesson", this.lesson);
          this.replace();
        },
        startOver: () => void this.startOver(),
        save: () => {
          this.save();
        },
        run: () => {
          this.execute("meno.runTests", this.session.uri);
        },
        explain: () => {
          this.execute("meno.explainFailure", this.session.uri);
        },
      },
      this.lesson,
    );
    this.ladders.listen(() => {
      this.draw();
    });
    window.addEventListener("pagehide", () => {
      this.keep();
    });
    this.session.connect();
  }

  private surroundings(): Surroundings {
    return {
      key: () => this.key,
      text: () => this.view.state.doc,
      settings: () => this.settings.forServer(),
      connected: (hello) => {
        this.connected(hello);
      },
      lost: (sentence, again) => {
        this.lost(sentence, again);
      },
      published: (version, diagnostics) => {
        this.published(version, diagnostics);
      },
      hint: (hint) => {
        if (!this.ladders.take(hint)) {
          closeCard(this.view);
          this.shown = hint;
          show(hint, this.settings.get("language"));
        }
      },
      dialogue: (dialogue) => {
        closeCard(this.view);
        this.dialogues.show(dialogue);
      },
      message: say,
      ask: async ({ message, actions }) => {
        const options = (actions ?? []).map((action) => action.title);
        const body = [element("p", {}, message)];
        // What a question refers to must be there to be read while it is answered.
        if (this.shown !== undefined && message.includes(`“${this.shown.title}”`)) {
          body.push(element("div", { class: "enclosed", tabindex: "0" }, markdown(this.shown.markdown)));
        }
        const title = await choice("Meno asks", body, options);
        return title === undefined ? null : { title };
      },
      progress: (token, value) => {
        this.progress.take(token, value);
      },
      apply: (edit) => this.apply(edit),
    };
  }

  private state(): EditorState {
    const source = {
      ladders: this.ladders,
      deeds: this.deeds,
      language: () => this.settings.get("language"),
      highest: () => Number(this.settings.get("maxHintLevel")),
      announce,
    };
    const deeds = {
      save: () => {
        this.save();
      },
      run: () => {
        this.execute("meno.runTests", this.session.uri);
      },
      updated: (update: ViewUpdate) => {
        this.updated(update);
      },
    };
    const text = this.memory.read(`text.${this.lesson}`) ?? lesson(this.lesson).text;
    return EditorState.create({ doc: text, extensions: extensions(source, deeds, this.nonce) });
  }

  private updated(update: ViewUpdate): void {
    if (update.docChanged) {
      this.session.changed(update);
      window.clearTimeout(this.keeping);
      this.keeping = window.setTimeout(() => {
        this.keep();
      }, KEEP_AFTER);
    }
    const before = findingsIn(update.startState);
    const now = findingsIn(update.state);
    if (before !== now) {
      this.draw();
      const finding = now.all.find((one) => one.mark === now.chosen);
      const fresh = finding !== undefined && this.ladders.of(finding) === undefined;
      if (fresh || update.transactions.some(isPublication)) {
        this.loadSoon();
      }
    }
  }

  /** Asks what is known of the finding that is looked at, once the keys rest. */
  private loadSoon(): void {
    window.clearTimeout(this.loading);
    this.loading = window.setTimeout(() => {
      const { all, chosen } = findingsIn(this.view.state);
      const finding = all.find((one) => one.mark === chosen);
      if (finding !== undefined) {
        void this.ladders.load(finding);
      }
    }, LOAD_AFTER);
  }

  private draw(): void {
    const { state } = this.view;
    const highest = Number(this.settings.get("maxHintLevel"));
    drawFindings(state, this.ladders, this.deeds, this.settings.get("language"), highest);
    this.status.counted(findingsIn(state).all.length);
  }

  private published(version: number, diagnostics: readonly Diagnostic[]): void {
    if (version === this.session.version) {
      const findings = asFindings(this.view.state.doc, diagnostics);
      this.view.dispatch({ effects: setFindings.of(findings) });
    }
  }

  private connected(hello: Hello): void {
    this.key = hello.key;
    keepKey(window.sessionStorage, hello.key);
    byId("connection").replaceChildren();
    this.status.ready();
  }

  private lost(sentence: string, again: boolean): void {
    this.view.dispatch({ effects: setFindings.of([]) });
    this.ladders.forget();
    this.dialogues.clear();
    this.progress.clear();
    this.status.lost();
    const box = element("div", { class: "lost", role: "alert" }, element("p", {}, sentence));
    if (again) {
      box.append(
        button("Connect again", "main", () => {
          this.session.connectAgain();
        }),
      );
    }
    if (byId("connection").textContent !== box.textContent) {
      byId("connection").replaceChildren(box);
    }
  }

  private async climb(finding: Finding): Promise<void> {
    const text = await this.ladders.climb(finding).catch(() => undefined);
    if (text !== undefined) {
      announce(text);
    }
  }

  private async act(finding: Finding, action: CodeAction): Promise<void> {
    try {
      const { edit, command } = await this.ladders.resolved(action);
      if (edit !== undefined) {
        await this.apply(edit);
      }
      if (command !== undefined) {
        await this.session.run(command);
      }
      await this.ladders.load(finding);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  }

  /** Shows what would change, and changes it after a yes. */
  private async apply(edit: WorkspaceEdit): Promise<boolean> {
    const asked = this.session.version;
    const edits = editsFor(edit, this.session.uri, asked);
    if (edits === undefined) {
      say(OUTDATED);
      return false;
    }
    const why = Object.values(edit.changeAnnotations ?? {}).map((one) => element("p", {}, `${one.label}.`));
    const diff = markdown(`\`\`\`diff\n${preview(this.view.state.doc, edits)}\n\`\`\``);
    const chosen = await choice("This would change", [...why, diff], [MAKE, LEAVE]);
    if (chosen !== MAKE) {
      return false;
    }
    if (asked !== this.session.version) {
      say(OUTDATED);
      return false;
    }
    this.view.dispatch({ changes: toChanges(this.view.state.doc, edits), userEvent: "input.meno" });
    this.view.focus();
    return true;
  }

  private save(): void {
    this.keep();
    this.session.saved();
    this.status.followModel();
    announce("Saved in this browser.");
  }

  private keep(): void {
    window.clearTimeout(this.keeping);
    const text = this.view.state.doc.toString();
    if (text === lesson(this.lesson).text) {
      this.memory.forget(`text.${this.lesson}`);
    } else {
      this.memory.write(`text.${this.lesson}`, text);
    }
  }

  private async startOver(): Promise<void> {
    if (this.view.state.doc.toString() !== lesson(this.lesson).text) {
      const words = element("p", {}, "What you have written in this lesson will be gone.");
      const chosen = await choice("Start this lesson over?", [words], ["Start over", "Keep my text"]);
      if (chosen !== "Start over") {
        return;
      }
    }
    this.memory.forget(`text.${this.lesson}`);
    this.replace();
  }

  private replace(): void {
    this.ladders.forget();
    this.dialogues.clear();
    clearNotes();
    this.view.setState(this.state());
    this.session.replaced();
    this.draw();
  }

  private chosen(name: string): void {
    if (name === "theme") {
      this.applyTheme();
      return;
    }
    this.ladders.forget();
    this.session.settingsChanged();
  }

  private execute(command: string, ...args: readonly unknown[]): void {
    this.session.execute(command, ...args).catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
    });
  }
}

function isPublication(transaction: {
  effects: readonly { is(type: typeof setFindings): boolean }[];
}): boolean {
  return transaction.effects.some((effect) => effect.is(setFindings));
}
