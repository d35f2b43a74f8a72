// Something read from the server, as long as a component wants it.
import { useCallback, useEffect, useState } from "react";

import { toProblem, type Problem } from "@/api/client";
import { onReturn } from "@/api/reach";

export interface Remote<T> {
  data: T | null;
  problem: Problem | null;
  reload: () => void;
}

/** What could not be read is read again when the server is back, or one has signed in. Reads again, too, when `load` is another function, or `revision` another number: then it keeps what it has meanwhile. */
export function useRemote<T>(load: (signal: AbortSignal) => Promise<T>, revision = 0): Remote<T> {
  const [state, setState] = useState<{ of: unknown; data: T | null; problem: Problem | null }>({
    of: null,
    data: null,
    problem: null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let forget = (): void => undefined;
    load(signal).then(
      (data) => {
        if (!signal.aborted) setState({ of: load, data, problem: null });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        setState((old) => ({ of: load, data: old.of === load ? old.data : null, problem: toProblem(error) }));
        forget = onReturn(() => setTurn((n) => n + 1));
      },
    );
    return () => {
      controller.abort();
      forget();
    };
  }, [load, turn, revision]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const current = state.of === load;
  return { data: current ? state.data : null, problem: current ? state.problem : null, reload };
}
