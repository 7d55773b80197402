// JSON-RPC over any channel that carries texts: requests and notifications in both directions.
//
// A thin peer of our own: the editor's own client library answers none of a server's requests, and this server
// asks a lot (settings, consent, progress).

export interface Channel {
  send(text: string): void;
}

type Params = Record<string, unknown>;
export type Handler = (params: never) => unknown;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (reason: Error) => void;
}

interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const NO_SUCH_METHOD = -32601;
const FAILED = -32603;

/** What a request meets when the server has gone before it answered. */
export class GoneError extends Error {}

export class Peer {
  private next = 0;
  private readonly waiting = new Map<number | string, Waiting>();
  private readonly handlers = new Map<string, Handler>();

  constructor(private readonly channel: Channel) {}

  /** Answers what the server asks or tells under a name. */
  on(method: string, handler: Handler): void {
    this.handlers.set(method, handler);
  }

  request<R>(method: string, params: Params | null): Promise<R> {
    const id = (this.next += 1);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    this.send({ id, method, params });
    return answer as Promise<R>;
  }

  notify(method: string, params: Params): void {
    this.send({ method, params });
  }

  /** Takes one message from the channel; what is no message is passed over. */
  receive(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return;
    }
    if (message.method !== undefined) {
      void this.handle(message.method, message);
    } else if (message.id !== undefined && message.id !== null) {
      this.settle(message.id, message);
    }
  }

  /** The server has gone: nobody waits any longer. */
  close(): void {
    for (const { reject } of this.waiting.values()) {
      reject(new GoneError("The language server has gone."));
    }
    this.waiting.clear();
  }

  private settle(id: number | string, message: Message): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (message.error !== undefined) {
      waiting?.reject(new Error(message.error.message));
    } else {
      waiting?.resolve(message.result ?? null);
    }
  }

  private async handle(method: string, message: Message): Promise<void> {
    const handler = this.handlers.get(method);
    const { id } = message;
    if (id === undefined || id === null) {
      await handler?.(message.params as never);
      return;
    }
    if (handler === undefined) {
      this.send({ id, error: { code: NO_SUCH_METHOD, message: `${method} is not known here.` } });
      return;
    }
    try {
      this.send({ id, result: (await handler(message.params as never)) ?? null });
    } catch (error) {
      this.send({ id, error: { code: FAILED, message: String(error) } });
    }
  }

  private send(message: Record<string, unknown>): void {
    this.channel.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}
