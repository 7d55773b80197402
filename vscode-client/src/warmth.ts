// How warm a word is painted. Pure: weights in, shades out.

import type { Place } from "./turns";

/** Shades of a colour, from hardly to strongly. */
export const SHADES = 4;
const LEAST = 0.05;

export type Side = "for" | "against";

export interface Span {
  readonly start: Place;
  readonly end: Place;
}

export interface Heat {
  readonly range: Span;
  readonly side: Side;
  readonly shade: number;
  readonly told: string;
}

/** The answer to `meno/attribution`. */
export interface Attribution {
  readonly version: number;
  readonly spans: readonly { readonly range: Span; readonly weight: number; readonly effect: number }[];
}

/** The answer to `meno/origin`. */
export interface Origin {
  readonly version: number | null;
  readonly unavailable: string | null;
  readonly judgements: readonly {
    readonly range: Span;
    readonly heat: readonly { readonly range: Span; readonly amount: number }[];
  }[];
}

export function heatOf(attribution: Attribution): Heat[] {
  const told = (warm: boolean): string =>
    warm ? "Makes the model more suspicious" : "Makes the model less suspicious";
  return shaded(
    attribution.spans.map(({ range, effect }) => ({ range, amount: effect })),
    told,
  );
}

/** Of the function that holds the line, else of the whole file. */
export function originHeat(origin: Origin, line: number): Heat[] {
  const [whole, ...functions] = origin.judgements;
  const around = functions
    .filter(({ range }) => range.start.line <= line && line <= range.end.line)
    .sort((one, other) => length(one.range) - length(other.range))[0];
  const told = (warm: boolean): string =>
    warm ? "Speaks for code written by an LLM" : "Speaks for code written by a person";
  return shaded((around ?? whole)?.heat ?? [], told);
}

function length({ start, end }: Span): number {
  return end.line - start.line;
}

/** The strongest word is painted fully, others by their share of it; what hardly counts is not painted. */
function shaded(
  words: readonly { readonly range: Span; readonly amount: number }[],
  told: (warm: boolean) => string,
): Heat[] {
  const most = Math.max(...words.map(({ amount }) => Math.abs(amount)), 0);
  return words
    .filter(({ amount }) => most > 0 && Math.abs(amount) / most >= LEAST)
    .map(({ range, amount }) => ({
      range,
      side: amount > 0 ? "for" : "against",
      shade: Math.min(SHADES - 1, Math.floor((Math.abs(amount) / most) * SHADES)),
      told: told(amount > 0),
    }));
}
