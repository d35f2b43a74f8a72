// The events of a run, and the answer that they tell: for pages that show it themselves.
export { isTerminal, typedEvent, type EventName, type StreamEvent, type UnknownEvent } from "@/stream/events";
export { ConnectionLost, readEvents } from "@/stream/read";
export { ASKED, fromTurn, reduce, type Answer, type Failure, type Phase } from "@/stream/reduce";
export type { AskRequest, Citation, HighlightsView, PassageView, Rectangle, Source, Turn, Verification, Warned } from "@/api/types";
