// Drawing a part of the page anew without taking the focus away from whoever is in it.

/** Replaces what a container holds; the focus returns to the element with the same key, or to a substitute. */
export function refresh(
  container: HTMLElement,
  children: readonly Node[],
  substitute?: () => HTMLElement | null,
): void {
  const active = document.activeElement;
  const within = active instanceof HTMLElement && container.contains(active);
  const key = within ? active.dataset.key : undefined;
  container.replaceChildren(...children);
  if (!within) {
    return;
  }
  const again = [...container.querySelectorAll<HTMLElement>("[data-key]")].find(
    (one) => one.dataset.key === key,
  );
  (again ?? substitute?.())?.focus();
}
