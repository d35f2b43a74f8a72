// A modal <dialog>: open as long as it is rendered, closed by its owner on Escape.
import { useEffect, useRef, type RefObject, type SyntheticEvent } from "react";

import { useFocusBack } from "./useFocusBack";

interface Modal {
  ref: RefObject<HTMLDialogElement | null>;
  onCancel: (event: SyntheticEvent) => void;
}

/** What a <dialog> needs to be modal: focus stays inside, and the rest of the page is inert. */
export function useModal(onClose: () => void): Modal {
  const ref = useRef<HTMLDialogElement>(null);
  useFocusBack(); // before it is shown
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // What is to be filled in, rather than the button that closes it.
    const first = dialog?.querySelector<HTMLElement>("[data-first]");
    // Of a text that is too long for its field the beginning is shown: where the caret is when it gets the focus.
    if (first instanceof HTMLInputElement && first.scrollWidth > first.clientWidth) first.setSelectionRange(0, 0);
    first?.focus();
    return () => dialog?.close();
  }, []);
  const onCancel = (event: SyntheticEvent): void => {
    event.preventDefault();
    onClose();
  };
  return { ref, onCancel };
}
