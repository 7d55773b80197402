// The lessons: small programs as a learner writes them, each with one mistake that people really make.

import even from "../samples/even.py";
import party from "../samples/party.py";
import podium from "../samples/podium.py";
import search from "../samples/search.py";
import shopping from "../samples/shopping.py";
import words from "../samples/words.py";

export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export const OWN = "own";

export const LESSONS: readonly Lesson[] = [
  { name: "even", title: "An even number", text: even },
  { name: "party", title: "A bill for three", text: party },
  { name: "podium", title: "Best scores first", text: podium },
  { name: "search", title: "Searching by halves", text: search },
  { name: "shopping", title: "A shopping list", text: shopping },
  { name: "words", title: "The longest word", text: words },
  { name: OWN, title: "An empty page", text: "" },
];

export function lesson(name: string): Lesson {
  const found = LESSONS.find((one) => one.name === name) ?? LESSONS[0];
  if (found === undefined) {
    throw new Error("There are no lessons.");
  }
  return found;
}
