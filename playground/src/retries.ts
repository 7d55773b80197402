// When to connect again: soon at first, then less often; a server that keeps dying is left to a person. Pure.

export type Loss = "ended" | "too many" | "too large" | "refused" | "unreachable";

export interface Step {
  /** Milliseconds until the next try; undefined leaves it to the person. */
  readonly wait: number | undefined;
  readonly sentence: string;
}

const SHORT_LIFE = 20_000;
const MOST_DEATHS = 3;
const LONGEST = 5_000;

const SENTENCES: Record<Loss, string> = {
  ended: "The language server has ended. Meno starts another one.",
  "too many": "Too many tabs of the playground are open. Close one of them, then choose “Connect again”.",
  "too large":
    "This text is larger than the playground takes. Remove some of it, then choose “Connect again”.",
  refused: "This address belongs to another start of Meno. Open the address that the terminal shows.",
  unreachable:
    "Meno does not run any more. Start “meno playground” again in a terminal; your text is kept in this browser.",
};
const GIVEN_UP =
  "The language server has ended several times. “meno doctor” in a terminal may say why; then choose “Connect again”.";

export class Retries {
  private deaths = 0;
  private misses = 0;

  /** What to do after a connection was lost that lasted so long. */
  after(loss: Loss, lasted: number): Step {
    if (loss === "unreachable") {
      this.misses += 1;
      return { wait: Math.min(LONGEST, 500 * 2 ** Math.min(this.misses, 5)), sentence: SENTENCES[loss] };
    }
    this.misses = 0;
    if (loss !== "ended") {
      return { wait: undefined, sentence: SENTENCES[loss] };
    }
    this.deaths = lasted > SHORT_LIFE ? 1 : this.deaths + 1;
    return this.deaths > MOST_DEATHS
      ? { wait: undefined, sentence: GIVEN_UP }
      : { wait: 200 * this.deaths, sentence: SENTENCES.ended };
  }

  /** A person asks for another try. */
  forget(): void {
    this.deaths = 0;
    this.misses = 0;
  }
}
