// Giving up on what does not begin.

/** Calls with a signal that also ends when nothing came back within `ms`; what came back is not ended by it. */
export async function inTime<T>(ms: number, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    return await call(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
