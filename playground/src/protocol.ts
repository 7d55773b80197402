// The shapes of the protocol that this page reads and writes; only what it uses.

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 1 | 2 | 3 | 4;

export interface Diagnostic {
  readonly range: Range;
  readonly severity?: Severity;
  readonly code?: string;
  readonly source?: string;
  readonly message: string;
  readonly relatedInformation?: readonly { location: { uri: string; range: Range }; message: string }[];
  readonly data?: { readonly rule?: string; readonly fingerprint?: string };
}

export interface Command {
  readonly title: string;
  readonly command: string;
  readonly arguments?: readonly unknown[];
}

export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

export interface WorkspaceEdit {
  readonly changes?: Record<string, readonly TextEdit[]>;
  readonly documentChanges?: readonly {
    readonly textDocument: { readonly uri: string; readonly version: number | null };
    readonly edits: readonly TextEdit[];
  }[];
  readonly changeAnnotations?: Record<string, { label: string; needsConfirmation?: boolean }>;
}

export interface CodeAction {
  readonly title: string;
  readonly kind?: string;
  readonly command?: Command;
  readonly edit?: WorkspaceEdit;
  readonly data?: Record<string, unknown>;
}

export interface Hint {
  readonly title: string;
  readonly markdown: string;
}

export interface Turn {
  readonly by: "meno" | "learner";
  readonly markdown: string;
  readonly notice?: string | null;
}

export interface Dialogue {
  readonly id: string;
  readonly uri: string;
  readonly range: Range;
  readonly title: string;
  readonly state: "open" | "thinking" | "ended";
  readonly turns: readonly Turn[];
}

/** What the bridge says before the language server does. */
export interface Hello {
  readonly file: string;
  readonly folder: string;
  readonly key: string;
  readonly version: string;
}
