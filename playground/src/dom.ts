// Making elements, without ever making them from text.

import { parse, type Block, type Inline } from "./markdown";

type Child = Node | string | null | undefined | false;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) {
      made.setAttribute(key, "");
    } else if (typeof value === "string") {
      made.setAttribute(key, value);
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      made.append(child);
    }
  }
  return made;
}

export function button(label: string, kind: string, chosen: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind }, label);
  made.addEventListener("click", chosen);
  return made;
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`The page has no part named ${id}.`);
  }
  return found;
}

/** A text of Meno's as elements; headings begin at `level`, so that they fit where they stand. */
export function markdown(text: string, level = 4): HTMLElement {
  return element("div", { class: "text" }, ...parse(text).map((block) => ofBlock(block, level)));
}

function ofBlock(block: Block, level: number): HTMLElement {
  switch (block.kind) {
    case "heading": {
      const name = `h${Math.min(6, level + block.level - 1)}` as "h4";
      return element(name, {}, ...block.parts.map(ofInline));
    }
    case "paragraph":
      return element("p", {}, ...block.parts.map(ofInline));
    case "code":
      return ofCode(block.language, block.text);
    case "quote":
      return element("blockquote", {}, ...block.blocks.map((one) => ofBlock(one, level)));
    case "list": {
      const items = block.items.map((item) => element("li", {}, ...item.map((one) => ofBlock(one, level))));
      return element(block.ordered ? "ol" : "ul", {}, ...items);
    }
    case "fold":
      return element(
        "details",
        {},
        element("summary", {}, ...block.summary.map(ofInline)),
        ...block.blocks.map((one) => ofBlock(one, level)),
      );
    case "rule":
      return element("hr");
  }
}

function ofCode(language: string, text: string): HTMLElement {
  // A block that is wider than its place can be scrolled, so the keyboard must reach it.
  if (language !== "diff") {
    return element("pre", { tabindex: "0", "aria-label": "Code" }, element("code", {}, text));
  }
  const lines = text.split("\n").map((line) => {
    const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
    return element("span", { class: `line ${kind}` }, line);
  });
  return element("pre", { class: "diff", tabindex: "0", "aria-label": "Change" }, ...lines);
}

function ofInline(part: Inline): Node {
  switch (part.kind) {
    case "text":
      return document.createTextNode(part.text);
    case "code":
      return element("code", {}, part.text);
    case "strong":
      return element("strong", {}, ...part.parts.map(ofInline));
    case "emphasis":
      return element("em", {}, ...part.parts.map(ofInline));
  }
}
