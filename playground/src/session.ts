// The conversation with the language server: its beginning, the text in step with the editor, and its loss.

import type { Text } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";
import { GoneError, Peer } from "./peer";
import { toPosition } from "./positions";
import type { CodeAction, Command, Diagnostic, Dialogue, Hello, Hint, WorkspaceEdit } from "./protocol";
import { Retries, type Loss } from "./retries";
import { type Line, openLine } from "./socket";

export interface Question {
  readonly message: string;
  readonly actions?: readonly { readonly title: string }[];
}

export interface ProgressValue {
  readonly kind: "begin" | "report" | "end";
  readonly title?: string;
  readonly message?: string;
}

interface Progressed {
  readonly token: string;
  readonly value: ProgressValue;
}

interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the rest of the page does with what the server says. */
export interface Surroundings {
  key(): string;
  text(): Text;
  settings(): Record<string, unknown>;
  connected(hello: Hello): void;
  lost(sentence: string, again: boolean): void;
  published(version: number, diagnostics: readonly Diagnostic[]): void;
  hint(hint: Hint): void;
  dialogue(dialogue: Dialogue): void;
  message(text: string): void;
  ask(question: Question): Promise<{ title: string } | null>;
  progress(token: string, value: ProgressValue): void;
  apply(edit: WorkspaceEdit): Promise<boolean>;
}

const CAPABILITIES = {
  general: { positionEncodings: ["utf-16"] },
  workspace: {
    applyEdit: true,
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: { groupsOnLabel: false } },
  },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { versionSupport: true, dataSupport: true },
    hover: { contentFormat: ["markdown"] },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source"] } },
      dataSupport: true,
      resolveSupport: { properties: ["edit", "command"] },
    },
  },
  window: { workDoneProgress: true, showMessage: { messageActionItem: {} } },
  experimental: { meno: { showHint: true, dialogue: true } },
};

export class Session {
  version = 0;
  private peer: Peer | undefined;
  private line: Line | undefined;
  private file = "";
  private ready = false;
  private began = 0;
  private timer: number | undefined;
  private readonly retries = new Retries();

  constructor(private readonly around: Surroundings) {}

  get uri(): string {
    return this.file;
  }

  get isReady(): boolean {
    return this.ready;
  }

  connect(): void {
    window.clearTimeout(this.timer);
    this.began = Date.now();
    this.line = openLine(
      this.around.key(),
      (text) => this.peer?.receive(text),
      (why) => {
        this.drop(why);
      },
    );
    this.peer = new Peer(this.line);
    this.listen(this.peer);
  }

  /** A person asks for another try. */
  connectAgain(): void {
    this.retries.forget();
    this.connect();
  }

  request<R>(method: string, params: Record<string, unknown>): Promise<R> {
    return this.ready && this.peer !== undefined
      ? this.peer.request<R>(method, params)
      : Promise.reject(new GoneError("Meno is not connected."));
  }

  execute(command: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.request("workspace/executeCommand", { command, arguments: args });
  }

  run(command: Command): Promise<unknown> {
    return this.execute(command.command, ...(command.arguments ?? []));
  }

  actions(range: { start: unknown; end: unknown }): Promise<CodeAction[] | null> {
    return this.request("textDocument/codeAction", {
      textDocument: { uri: this.file },
      range,
      context: { diagnostics: [], only: ["quickfix"], triggerKind: 1 },
    });
  }

  /** Tells of the editor's changes, from the last place to the first, so that each fits the text before it. */
  changed(update: ViewUpdate): void {
    this.version += 1;
    const before = update.startState.doc;
    const contentChanges: unknown[] = [];
    update.changes.iterChanges((from, to, _from, _to, inserted) => {
      const range = { start: toPosition(before, from), end: toPosition(before, to) };
      contentChanges.unshift({ range, text: inserted.toString() });
    });
    this.notify("textDocument/didChange", {
      textDocument: { uri: this.file, version: this.version },
      contentChanges,
    });
  }

  /** Another text takes the place of this one, and nothing said about this one holds any longer. */
  replaced(): void {
    this.notify("textDocument/didClose", { textDocument: { uri: this.file } });
    this.open();
  }

  saved(): void {
    this.notify("textDocument/didSave", { textDocument: { uri: this.file } });
  }

  settingsChanged(): void {
    this.notify("workspace/didChangeConfiguration", { settings: { meno: this.around.settings() } });
  }

  cancel(token: string): void {
    this.notify("window/workDoneProgress/cancel", { token });
  }

  private notify(method: string, params: Record<string, unknown>): void {
    if (this.ready) {
      this.peer?.notify(method, params);
    }
  }

  private listen(peer: Peer): void {
    const { around } = this;
    peer.on("playground/hello", (hello: Hello) => this.begin(peer, hello));
    peer.on("textDocument/publishDiagnostics", ({ uri, version, diagnostics }: Published) => {
      if (uri === this.file) {
        around.published(version ?? this.version, diagnostics);
      }
    });
    peer.on("meno/showHint", (hint: Hint) => {
      around.hint(hint);
    });
    peer.on("meno/dialogue", (dialogue: Dialogue) => {
      around.dialogue(dialogue);
    });
    peer.on("window/showMessage", ({ message }: { message: string }) => {
      around.message(message);
    });
    peer.on("window/showMessageRequest", (question: Question) => around.ask(question));
    peer.on("workspace/configuration", ({ items }: { items: { section?: string }[] }) =>
      items.map((item) => (item.section === "meno" ? around.settings() : null)),
    );
    peer.on("workspace/applyEdit", async ({ edit }: { edit: WorkspaceEdit }) => ({
      applied: await around.apply(edit),
    }));
    peer.on("$/progress", ({ token, value }: Progressed) => {
      around.progress(token, value);
    });
    for (const agreed of ["client/registerCapability", "window/workDoneProgress/create"]) {
      peer.on(agreed, () => null);
    }
  }

  private async begin(peer: Peer, hello: Hello): Promise<void> {
    this.file = hello.file;
    try {
      await peer.request("initialize", {
        processId: null,
        clientInfo: { name: "Meno's playground", version: hello.version },
        rootUri: hello.folder,
        workspaceFolders: [{ uri: hello.folder, name: "playground" }],
        capabilities: CAPABILITIES,
        // The lessons' mistakes were made by us: they are no part of anybody's history.
        initializationOptions: { history: { enable: false } },
      });
    } catch {
      return; // the line is gone, and that is told elsewhere
    }
    this.ready = true;
    peer.notify("initialized", {});
    this.open();
    this.around.connected(hello);
  }

  private open(): void {
    this.version += 1;
    this.notify("textDocument/didOpen", {
      textDocument: {
        uri: this.file,
        languageId: "python",
        version: this.version,
        text: this.around.text().toString(),
      },
    });
  }

  private drop(why: Loss): void {
    const { wait, sentence } = this.retries.after(why, Date.now() - this.began);
    this.ready = false;
    this.peer?.close();
    this.peer = undefined;
    this.around.lost(sentence, wait === undefined);
    if (wait !== undefined) {
      this.timer = window.setTimeout(() => {
        this.connect();
      }, wait);
    }
  }
}
