// The states that the server tells, and the words for them. Pure.

export type State = "off" | "static" | "loading" | "ready" | "degraded";

export interface MenoStatus {
  readonly state: State;
  readonly detail: string;
}

interface Shown {
  readonly text: string;
  readonly busy: boolean;
  readonly warns: boolean;
}

const WORDS: Readonly<Record<State, string>> = {
  off: "Meno: off",
  static: "Meno: static hints",
  loading: "Meno: model is loading",
  ready: "Meno: ready",
  degraded: "Meno: degraded",
};

/** A state of a newer server has no word here and is shown as it is. */
export function shownStatus(state: State): Shown {
  return {
    text: (WORDS as Partial<Record<string, string>>)[state] ?? `Meno: ${state}`,
    busy: state === "loading",
    warns: state === "degraded",
  };
}
