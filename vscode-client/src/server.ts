// The server's life: start, restart when the command that starts it has changed, and a crash with its reason.

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import { abilities } from "./abilities";
import type { Bundle } from "./bundle";
import type { Change } from "./change";
import { DIALOGUE, type DialogueThreads } from "./dialogues";
import { type Hint, type HintPanel, SHOW_HINT } from "./hints";
import { selectedInterpreter } from "./interpreter";
import { handOver, type HandedKey, TUTOR_KEY } from "./keys";
import { type Command, decide, type Decision, NEXT_STEP, same } from "./launch";
import { check, ServerProcess } from "./process";
import { Restarts } from "./restarts";
import { SELECTOR } from "./selector";
import { chosen, SECTION, settingNames, withInterpreter } from "./settings";
import { type ChangePreview, PREVIEW_CHANGE } from "./preview";
import type { MenoStatus } from "./states";
import { STATUS, type Status } from "./status";
import type { DialogueState } from "./turns";

const SHOW_LOG = "Show log";
const OPEN_SETTING = "Open setting";
const EXTENSION = "meno-lsp.meno";
/** Until the server says more; an older one never does. */
const UNTOLD: MenoStatus = { state: "static", detail: "" };
const ADD_RUNTIME = "“Meno: Install What the Model Runs On” adds the model.";
/** What links in Meno's own texts may run. */
const LINKS = ["meno.client.climb", "meno.client.askAbout", "meno.client.why"];

export class Server {
  private client: LanguageClient | undefined;
  private command: Command | undefined;
  private process: ServerProcess | undefined;
  private readonly restarts = new Restarts();
  private pending: Promise<void> = Promise.resolve();
  private told: MenoStatus = UNTOLD;
  private started = "";

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
    private readonly hints: HintPanel,
    private readonly dialogues: DialogueThreads,
    private readonly preview: ChangePreview,
    private readonly bundle: Bundle,
    private readonly secrets: vscode.SecretStorage,
  ) {}

  /** Starts afresh, whatever runs. */
  restart(): Promise<void> {
    this.restarts.forget();
    return this.queue(async () => this.replace(await this.decision()));
  }

  /** Starts afresh only if another command would be used by now. */
  restartIfMoved(): Promise<void> {
    return this.queue(async () => {
      const decision = await this.decision();
      if (this.client === undefined || !same(decision.chosen, this.command)) {
        await this.replace(decision);
      }
    });
  }

  stop(): Promise<void> {
    return this.queue(() => this.end());
  }

  /** Runs a command of the server's own and gives its result. */
  async ask(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.runningClient().sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  }

  /** The Python that the extension's own server runs on; undefined where another server runs. */
  get bundledOn(): string | undefined {
    return this.command?.bundled === true ? this.command.command : undefined;
  }

  /** A request of the server's own. */
  async request(method: string, params: object): Promise<unknown> {
    return this.runningClient().sendRequest(method, params);
  }

  /** Hands a tutor's key over; false if the server does not take it. */
  async hand(key: HandedKey): Promise<boolean> {
    const answer = await this.runningClient().sendRequest<{ accepted: boolean }>(TUTOR_KEY, key);
    return answer.accepted;
  }

  private runningClient(): LanguageClient {
    if (this.client?.isRunning() !== true) {
      throw new Error("Meno does not run. The command “Meno: Show Log” says why.");
    }
    return this.client;
  }

  /** One after the other: two restarts at a time would leave a server behind. */
  private queue(step: () => Promise<void>): Promise<void> {
    this.pending = this.pending.then(step).catch((error: unknown) => {
      this.log.error(String(error));
    });
    return this.pending;
  }

  private async decision(): Promise<Decision> {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    const decision = await decide(
      {
        path: configuration.get<string[]>("path", []),
        interpreter: configuration.get<string>("interpreter", ""),
        environment: vscode.workspace.isTrusted ? await selectedInterpreter() : undefined,
        trusted: vscode.workspace.isTrusted,
        bundled: await this.bundle.exists(),
      },
      check,
    );
    for (const line of decision.chain) {
      this.log.info(line);
    }
    return decision;
  }

  private async replace(decision: Decision): Promise<void> {
    await this.end();
    this.command = decision.chosen;
    if (decision.chosen === undefined) {
      this.status.stopped("No command that starts it was found");
      this.complain(`Meno's server was not found. ${NEXT_STEP}`, OPEN_SETTING);
      return;
    }
    this.status.starting();
    const client = await this.begin(decision.chosen, decision.origin);
    if (client === undefined) {
      return;
    }
    await handOver(this.secrets, (key) => this.hand(key));
    const version = client.initializeResult?.serverInfo?.version ?? "";
    const python = this.bundledOn;
    const missing = python !== undefined && !(await this.bundle.hasRuntime(python));
    this.started = `${version} · ${decision.origin}${missing ? `. ${ADD_RUNTIME}` : ""}`;
    this.showStatus();
  }

  private async begin(command: Command, origin: string): Promise<LanguageClient | undefined> {
    try {
      const client = this.create(await this.bundle.prepared(command));
      this.client = client;
      await client.start();
      return client;
    } catch (error) {
      this.log.error(`The server did not start: ${String(error)}`);
      this.status.stopped("It did not start");
      this.complain(`Meno's server did not start (${origin}). ${NEXT_STEP}`, SHOW_LOG);
      return undefined;
    }
  }

  private showStatus(): void {
    if (this.client?.isRunning() === true) {
      this.status.running(this.told, this.started);
    }
  }

  private create(command: Command): LanguageClient {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const names = settingNames(vscode.extensions.getExtension(EXTENSION)?.packageJSON);
    const client = new LanguageClient(
      SECTION,
      "Meno",
      () => {
        this.process = new ServerProcess(
          command,
          folder?.scheme === "file" ? folder.fsPath : undefined,
          (line) => {
            this.log.info(line);
          },
        );
        return Promise.resolve(this.process.child);
      },
      {
        documentSelector: SELECTOR,
        markdown: { isTrusted: { enabledCommands: LINKS }, supportHtml: false },
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        errorHandler: this.errorHandler(),
        initializationFailedHandler: () => false,
        initializationOptions: { workspaceTrusted: vscode.workspace.isTrusted },
        middleware: {
          workspace: {
            configuration: async (params) => {
              const trusted = vscode.workspace.isTrusted;
              const selected = trusted ? ((await selectedInterpreter()) ?? this.bundledOn) : undefined;
              const settings = withInterpreter(
                chosen(vscode.workspace.getConfiguration(SECTION), names),
                selected,
              );
              return params.items.map((item) => (item.section === SECTION ? settings : null));
            },
          },
        },
      },
    );
    client.registerFeature(abilities);
    client.onNotification(SHOW_HINT, (hint: Hint) => void this.hints.show(hint));
    client.onNotification(DIALOGUE, (dialogue: DialogueState) => {
      this.dialogues.show(dialogue);
    });
    client.onNotification(STATUS, (status: MenoStatus) => {
      this.told = status;
      this.showStatus();
    });
    client.onNotification(PREVIEW_CHANGE, (change: Change) => {
      this.preview.show(change).catch((error: unknown) => {
        this.complain(error instanceof Error ? error.message : String(error));
      });
    });
    return client;
  }

  /** Says why the server has gone, starts it again a few times, and then leaves it to a person. */
  private errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: async () => {
        const why = (await this.process?.lastWords()) ?? "The server is gone.";
        this.log.error(why);
        if (this.restarts.again(Date.now())) {
          return { action: CloseAction.Restart, message: "Meno's server is started again.", handled: true };
        }
        this.status.stopped(why.split("\n", 1)[0] ?? "");
        this.complain("Meno's server has crashed several times and was not started again.", SHOW_LOG);
        return {
          action: CloseAction.DoNotRestart,
          message: "Meno's server was not started again.",
          handled: true,
        };
      },
    };
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.told = UNTOLD;
    this.dialogues.clear();
    if (client !== undefined) {
      try {
        await client.dispose();
      } catch (error) {
        this.log.info(`The server did not stop in order: ${String(error)}`);
      }
    }
    this.process?.child.kill();
    this.process = undefined;
  }

  /** A message, with the next step as its button if there is one. */
  private complain(message: string, ...actions: string[]): void {
    this.log.error(message);
    void vscode.window.showErrorMessage(message, ...actions).then((picked) => {
      if (picked === SHOW_LOG) {
        this.log.show();
      } else if (picked === OPEN_SETTING) {
        void vscode.commands.executeCommand("workbench.action.openSettings", "meno.path");
      }
    });
  }
}
