// A response's bytes as typed events, however they were cut on their way.
import { EventSourceParserStream } from "eventsource-parser/stream";

import { isTerminal, typedEvent, type StreamEvent, type UnknownEvent } from "./events";

/** The connection ended before the run did. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** A server says something at least every 15 seconds; after so long without a byte it is not there any more. */
const SILENCE_MS = 45_000;

/** The same bytes; they break off when nothing comes for too long. */
function impatient(): TransformStream<Uint8Array, Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (controller: TransformStreamDefaultController<Uint8Array>): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.error(new ConnectionLost("nothing was heard for too long")), SILENCE_MS);
  };
  return new TransformStream<Uint8Array, Uint8Array>({
    start: wait,
    transform: (bytes, controller) => {
      wait(controller);
      controller.enqueue(bytes);
    },
    flush: () => clearTimeout(timer),
    cancel: () => clearTimeout(timer),
  } as Transformer<Uint8Array, Uint8Array>);
}

/**
 * Yields the events of a run; ends after its terminal event.
 *
 * @throws ConnectionLost when the bytes end, or their connection breaks, before that event.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent | UnknownEvent, void, void> {
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
  const reader = body.pipeThrough(impatient()).pipeThrough(decoder).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(lost);
      if (done) throw new ConnectionLost("the stream ended before the run did");
      const event = typedEvent(value.event ?? "message", sequence(value.id), JSON.parse(value.data));
      yield event;
      if (isTerminal(event)) return;
    }
  } finally {
    // What is left is not wanted; a connection that broke already has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}

function lost(error: unknown): never {
  throw new ConnectionLost("the connection broke", { cause: error });
}

function sequence(id: string | undefined): number {
  return Number(id?.slice(id.lastIndexOf(":") + 1) ?? Number.NaN);
}
