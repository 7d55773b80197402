// Dialogues as comment threads at their findings: the server sends `meno/dialogue` after each turn.

import * as vscode from "vscode";
import { type DialogueState, rows } from "./turns";

export const DIALOGUE = "meno/dialogue";
const CONTROLLER = "meno.dialogue";
const TELL = "Just tell me";

/** What a thread's commands are given: what was typed, and the thread itself. */
interface Reply {
  readonly thread: vscode.CommentThread;
  readonly text: string;
}

type Ask = (command: string, ...args: string[]) => Promise<unknown>;

export class DialogueThreads implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController(CONTROLLER, "Meno");
  private readonly threads = new Map<string, vscode.CommentThread>();

  constructor() {
    this.controller.options = {
      prompt: "Answer Meno…",
      placeHolder: "What do you see? A sentence is enough.",
    };
  }

  /** Shows the dialogue as it is now; a thread that a person closed opens again with the next turn. */
  show(dialogue: DialogueState): void {
    const range = new vscode.Range(
      dialogue.range.start.line,
      dialogue.range.start.character,
      dialogue.range.end.line,
      dialogue.range.end.character,
    );
    const thread = this.threads.get(dialogue.id) ?? this.begin(dialogue, range);
    thread.range = range;
    thread.label = dialogue.title;
    thread.comments = rows(dialogue).map((row) => ({
      author: { name: row.author },
      body: new vscode.MarkdownString(row.body),
      mode: vscode.CommentMode.Preview,
    }));
    thread.canReply = dialogue.state === "open";
    thread.contextValue = dialogue.state;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  /** The commands in a thread, by their ids. */
  commands(ask: Ask): Record<string, (argument: unknown) => Promise<void>> {
    return {
      "meno.client.answer": async (argument) => this.answer(ask, argument as Reply, (argument as Reply).text),
      "meno.client.anotherQuestion": async (argument) => this.answer(ask, argument as Reply, ""),
      "meno.client.justTellMe": async (argument) => this.answer(ask, argument as Reply, TELL),
      "meno.client.endDialogue": async (argument) => {
        const thread = argument as vscode.CommentThread;
        const id = this.idOf(thread);
        thread.dispose();
        if (id !== undefined) {
          this.threads.delete(id);
          await ask("meno.endDialogue", id);
        }
      },
    };
  }

  /** The server that knew them is gone. */
  clear(): void {
    for (const thread of this.threads.values()) {
      thread.dispose();
    }
    this.threads.clear();
  }

  dispose(): void {
    this.clear();
    this.controller.dispose();
  }

  private begin(dialogue: DialogueState, range: vscode.Range): vscode.CommentThread {
    const thread = this.controller.createCommentThread(vscode.Uri.parse(dialogue.uri), range, []);
    this.threads.set(dialogue.id, thread);
    return thread;
  }

  private async answer(ask: Ask, reply: Reply, text: string): Promise<void> {
    const id = this.idOf(reply.thread);
    if (id !== undefined) {
      reply.thread.canReply = false;
      await ask("meno.answer", id, text);
    }
  }

  private idOf(thread: vscode.CommentThread): string | undefined {
    return [...this.threads].find(([, one]) => one === thread)?.[0];
  }
}
