// Above the editor: which lesson it is, and what can be done with the whole of it.

import { button, byId, element } from "./dom";
import { LESSONS } from "./samples";

export interface BarDeeds {
  lesson: (name: string) => void;
  startOver: () => void;
  save: () => void;
  run: () => void;
  explain: () => void;
}

export function drawBar(deeds: BarDeeds, current: string): void {
  const select = element("select", { name: "lesson", "aria-label": "Lesson" });
  for (const { name, title } of LESSONS) {
    const option = element("option", { value: name }, title);
    option.selected = name === current;
    select.append(option);
  }
  select.addEventListener("change", () => {
    deeds.lesson(select.value);
  });
  const save = button("Save", "needs-server", deeds.save);
  save.title = "Ctrl+S. On saving, the model looks at the program too.";
  byId("bar").replaceChildren(
    select,
    button("Start over", "quiet", deeds.startOver),
    element("span", { class: "gap" }),
    save,
    button("Why does it fail?", "needs-server", deeds.explain),
    button("Run my tests", "main needs-server", deeds.run),
  );
}
