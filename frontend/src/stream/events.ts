// The events of a run as they arrive: a union discriminated by `name`, made from the schema.
import { ENDS, EVENTS } from "@/api/events";
import type { CitewireProtocol } from "@/api/types";

type Events = CitewireProtocol["events"];

export type EventName = keyof Events;

/** One event, with its place in the run (from 1, without a gap). */
export type StreamEvent = {
  [Name in EventName]: { name: Name; seq: number; data: Events[Name] };
}[EventName];

/** An event of a newer server: it counts in the order and means nothing to us. */
export interface UnknownEvent {
  name: null;
  seq: number;
}

/** Gives the event its type; the server's schema is trusted for what is in `data`. */
export function typedEvent(name: string, seq: number, data: unknown): StreamEvent | UnknownEvent {
  return EVENTS.includes(name) ? ({ name, seq, data } as StreamEvent) : { name: null, seq };
}

export function isTerminal(event: StreamEvent | UnknownEvent): boolean {
  return event.name !== null && ENDS.includes(event.name);
}
