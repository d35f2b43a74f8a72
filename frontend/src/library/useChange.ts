// A change to the library that a dialog makes: it closes when that is done, or says why it is not.
import { useState } from "react";

import { toProblem } from "@/api/client";
import { useStrings } from "@/strings";

import { libraryChanged } from "./library";

export function useChange(change: () => Promise<unknown>, onClose: () => void): { problem: string; make: () => Promise<void> } {
  const strings = useStrings();
  const [problem, setProblem] = useState("");
  const make = async (): Promise<void> => {
    try {
      await change();
      libraryChanged();
      onClose();
    } catch (error) {
      const { code, message } = toProblem(error);
      setProblem(strings.problem(code, message));
    }
  };
  return { problem, make };
}
