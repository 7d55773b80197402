// Colours: as the system has them, or as a person chose.

export interface Look {
  readonly scheme: "light" | "dark";
  readonly contrast: "normal" | "more";
}

export function look(chosen: string, prefersDark: boolean, prefersContrast: boolean): Look {
  const dark = chosen === "dark" || (chosen !== "light" && prefersDark);
  const more = chosen === "contrast" || (chosen === "system" && prefersContrast);
  return { scheme: dark ? "dark" : "light", contrast: more ? "more" : "normal" };
}

/** Follows the choice, and the system while it may; returns what to call when the choice changes. */
export function followTheme(root: HTMLElement, choice: () => string): () => void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const contrast = window.matchMedia("(prefers-contrast: more)");
  const apply = (): void => {
    const { scheme, contrast: strength } = look(choice(), dark.matches, contrast.matches);
    root.dataset.scheme = scheme;
    root.dataset.contrast = strength;
  };
  dark.addEventListener("change", apply);
  contrast.addEventListener("change", apply);
  apply();
  return apply;
}
