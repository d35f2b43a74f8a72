// Where the focus goes when what was opened is gone: back to what opened it.
import { useEffect } from "react";

/** Gives the focus back when what calls it leaves the page and takes the focus with it. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
}
