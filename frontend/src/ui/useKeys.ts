// Keys that work anywhere in the page, except single letters while one writes.
import { useEffect, useRef } from "react";

export type Keys = Readonly<Record<string, () => void>>;

/** A key by its name: "Escape", "j", "?"; with "Mod+" for Ctrl or Cmd, with "Alt+". */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // An open dialog or menu has the keys.
      if (document.querySelector("dialog[open], [role=menu]") !== null) return;
      const name = nameOf(event);
      if (name.length === 1 && isWriting(event.target)) return;
      const act = latest.current[name];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : "";
  // With Alt some systems write another letter: the place of the key tells.
  const key = event.altKey && event.code.startsWith("Key") ? event.code.slice(3) : event.key;
  return `${mod}${event.altKey && event.code.startsWith("Key") ? "Alt+" : ""}${key.length === 1 ? key.toLowerCase() : key}`;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
