// What a person may choose, and what of it the server is told. Pure.

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly fallback: string;
  readonly values: readonly (readonly [string, string])[];
}

export const CHOICES: readonly Choice[] = [
  {
    name: "maxHintLevel",
    label: "Hints up to",
    fallback: "4",
    values: [
      ["1", "where to look"],
      ["2", "the idea behind it"],
      ["3", "questions"],
      ["4", "an example elsewhere"],
      ["5", "the change itself"],
    ],
  },
  {
    name: "language",
    label: "Language",
    fallback: "en",
    values: [
      ["en", "English"],
      ["de", "Deutsch"],
      ["es", "Español"],
      ["fr", "Français"],
    ],
  },
  {
    name: "profile",
    label: "For a",
    fallback: "student",
    values: [
      ["student", "student"],
      ["developer", "developer"],
      ["notebook", "notebook"],
      ["contest", "contest"],
    ],
  },
  {
    name: "theme",
    label: "Colours",
    fallback: "system",
    values: [
      ["system", "as the system"],
      ["light", "light"],
      ["dark", "dark"],
      ["contrast", "high contrast"],
    ],
  },
];

/** A kept value, if it is still one of those that can be chosen. */
export function valid(choice: Choice, value: string | undefined): string {
  return choice.values.some(([one]) => one === value) && value !== undefined ? value : choice.fallback;
}

/** The section `meno` of the settings, as the server asks for it. */
export function asSettings(chosen: ReadonlyMap<string, string>): Record<string, unknown> {
  return {
    maxHintLevel: Number(chosen.get("maxHintLevel") ?? "4"),
    language: chosen.get("language") ?? "en",
    profile: chosen.get("profile") ?? "student",
  };
}
