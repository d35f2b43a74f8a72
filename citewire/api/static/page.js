// The chat page: asks, reads the stream of events and shows the answer with its sources.
// The events are those of docs/protocol.md. Whatever comes from the server is shown as text only.

const STAGES = {
  screen: "Checking the question…",
  condense: "Reading the question with the conversation so far…",
  retrieve: "Searching the reports…",
  generate: "Writing the answer…",
};
const STOPPED = {
  shutdown: "Stopped: the server is shutting down.",
  timeout: "Stopped: the answer took too long.",
};
const FINISHED = {
  content_filter: "The model's provider cut this answer off.",
  blocked: "This question was not answered.",
};
const LOCAL = "Local mode: answers are extracts from the reports, not written by a model";
const MARKER = /(\[\d{1,2}\])/;
const HALF_MARKER = /\[\d{0,2}$/;

const $ = (id) => document.getElementById(id);
const copyOf = (id) => $(id).content.firstElementChild.cloneNode(true);
const tell = (text) => { $("status").textContent = text; };

let chatId = null;
let running = null; // the AbortController of the question being answered

/** The events of a stream, however it was cut on its way; a half event at its end is dropped. */
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  try {
    for (let done = false, value; !done;) {
      ({ done, value } = await reader.read());
      buffer += decoder.decode(value, { stream: !done });
      const blocks = buffer.split(/\r\n\r\n|\n\n|\r\r/);
      buffer = blocks.pop();
      for (const block of blocks) {
        const event = parsed(block);
        if (event.data) yield { name: event.name, data: JSON.parse(event.data) };
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it may be broken already, and nothing more is read
  }
}

function parsed(block) {
  const data = [];
  let name = "message";
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value] = /^([^:]*):? ?([^]*)$/.exec(line);
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  return { name, data: data.join("\n") };
}

/** One question with its answer. */
class Turn {
  constructor(question) {
    this.question = question;
    this.element = copyOf("turn");
    this.text = "";
    this.held = ""; // the end of the text while it may still become a marker
    this.sources = new Map(); // number in the prompt -> its list item
    this.labels = new Map(); // number shown -> number in the prompt
    this.part("question").textContent = question;
    $("turns").append(this.element);
    this.element.scrollIntoView({ block: "start" });
  }

  part(name) { return this.element.querySelector(`.${name}`); }

  /** Shows one event; true if it is the last one. */
  take({ name, data }) {
    this[`on_${name}`]?.(data);
    return name === "done" || name === "stopped" || name === "error";
  }

  on_start(data) {
    chatId = data.chat_id;
    this.local = data.model === "extractive";
    this.part("model").textContent = this.local ? LOCAL : `Written by ${data.model}`;
    this.part("model").hidden = false;
  }

  on_status({ stage }) {
    const picking = this.local && stage === "generate";
    tell(picking ? "Picking extracts…" : STAGES[stage] ?? "Working…");
  }

  on_query({ standalone, rewritten }) {
    this.part("query").hidden = !rewritten;
    this.part("query").querySelector("q").textContent = standalone;
  }

  on_sources({ sources }) {
    for (const source of sources) {
      const item = copyOf("source");
      const put = (name, text) => { item.querySelector(`.${name}`).textContent = text; };
      put("title", source.title);
      put("place", `· p. ${source.page_label || source.page_start} (${source.file_name}, page ${source.page_start})`);
      put("text", source.text);
      this.sources.set(source.n, item);
      this.element.querySelector(".retrieved ol").append(item);
    }
    this.count();
  }

  on_citation({ label, n }) { this.labels.set(label, n); }

  on_delta({ text }) {
    this.text += text;
    this.held += text;
    const half = this.held.search(HALF_MARKER);
    const ready = half < 0 ? this.held : this.held.slice(0, half);
    this.held = this.held.slice(ready.length);
    this.show(ready);
  }

  on_warning({ message }) { this.note(`Note: ${sentence(message)}`); }

  on_done(data) {
    this.complete(data);
    const said = FINISHED[data.finish_reason];
    if (said) this.note(said);
    const cited = this.part("cited").querySelectorAll(".source").length;
    tell(`Answer complete, ${cited || "no"} ${cited === 1 ? "source" : "sources"} cited.`);
  }

  on_stopped(data) {
    this.complete(data);
    this.stopped(data.by);
  }

  on_error({ code, message, retryable, partial_saved: saved }) {
    this.show(this.held);
    this.held = "";
    if (code === "chat_not_found") {
      chatId = null;
      retryable = true;
      message = "this chat is no longer on the server; asking again starts a new one";
    }
    const kept = this.text && saved ? " The part above is kept." : "";
    this.note(`${this.text ? "The answer broke off" : "No answer"}: ${sentence(message)}${kept}`, "error", retryable);
    tell(this.text ? "The answer broke off." : "No answer.");
  }

  stopped(by) {
    this.show(this.held);
    this.held = "";
    const said = STOPPED[by] ?? "Stopped.";
    this.note(`${said} ${this.text ? "The part above is kept." : "Nothing was said yet."}`, "", by in STOPPED);
    if (this.element.isConnected) tell(said); // not when a new chat took its place
  }

  /** Makes the turn what its terminal event says, should anything have been lost before. */
  complete({ answer, citations = [], sources = [] }) {
    this.show(this.held);
    this.held = "";
    const lost = answer !== this.text || (sources.length && !this.sources.size);
    if (!this.sources.size) this.on_sources({ sources });
    for (const citation of citations) this.on_citation(citation);
    if (!lost) return;
    this.text = answer;
    this.part("answer").replaceChildren();
    this.show(answer);
  }

  show(text) {
    for (const piece of text.split(MARKER)) {
      const label = MARKER.test(piece) ? Number(piece.slice(1, -1)) : 0;
      // Without citations the number shown is the number in the prompt.
      const item = this.sources.get(this.labels.size ? this.labels.get(label) : label);
      this.part("answer").append(item ? this.marker(label, item) : piece);
    }
  }

  marker(label, item) {
    this.cite(label, item);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "marker";
    button.textContent = `[${label}]`;
    button.title = item.querySelector("summary").textContent;
    button.onclick = () => {
      item.firstElementChild.open = true;
      item.querySelector("summary").focus({ preventScroll: true });
      item.querySelector("summary").scrollIntoView({ block: "center" });
    };
    return button;
  }

  cite(label, item) {
    const list = this.element.querySelector(".cited ol");
    if (list.contains(item)) return;
    item.dataset.label = label;
    item.querySelector(".number").textContent = `[${label}]`;
    list.insertBefore(item, [...list.children].find((other) => other.dataset.label > label) ?? null);
    this.count();
  }

  count() {
    const cited = this.part("cited").querySelectorAll(".source").length;
    const rest = this.sources.size - cited;
    this.part("cited").hidden = !cited;
    this.part("retrieved").hidden = !rest;
    this.element.querySelector(".retrieved > summary").textContent =
      cited ? `Retrieved but not cited (${rest})` : `Retrieved (${rest})`;
  }

  note(text, kind = "", again = false) {
    const item = document.createElement("li");
    item.className = kind;
    item.append(text);
    if (again) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = "Try again";
      button.onclick = () => { if (ask(this.question)) button.remove(); };
      item.append(button);
    }
    this.part("notes").append(item);
  }
}

function sentence(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Starts answering a question; false while another is being answered. */
function ask(question) {
  if (running) return false;
  running = new AbortController();
  $("intro").hidden = true;
  $("new-chat").hidden = false;
  $("send").hidden = true;
  $("stop").hidden = false;
  tell("Sending the question…");
  answer(new Turn(question), running.signal).finally(() => {
    running = null;
    const focused = document.activeElement === $("stop");
    $("send").hidden = false;
    $("stop").hidden = true;
    if (focused) $("question").focus();
  });
  return true;
}

async function answer(turn, signal) {
  try {
    const response = await fetch("chat_stream", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ message: turn.question, chat_id: chatId }),
      signal,
    });
    if (!response.ok) return turn.on_error(await problemOf(response));
    for await (const event of eventsOf(response.body)) {
      if (turn.take(event)) return undefined;
    }
    turn.on_error({ message: "the connection ended too early", retryable: true });
  } catch (error) {
    if (signal.aborted) return turn.stopped("user");
    console.error(error);
    turn.on_error({ message: "the connection to the server failed", retryable: true });
  }
  return undefined;
}

async function problemOf(response) {
  const said = await response.json().catch(() => null); // a proxy may answer with anything
  return {
    code: said?.code,
    message: said?.detail ?? `the server answered with ${response.status}`,
    retryable: said?.retryable ?? response.status >= 500,
  };
}

function send() {
  const question = $("question").value.trim();
  if (question && ask(question)) $("question").value = "";
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
$("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
$("stop").addEventListener("click", () => running?.abort());
$("new-chat").addEventListener("click", () => {
  running?.abort();
  chatId = null;
  $("turns").replaceChildren();
  $("intro").hidden = false;
  $("new-chat").hidden = true;
  tell("");
  $("question").focus();
});
// Leaving stops the run, also where the browser keeps the page for going back.
window.addEventListener("pagehide", () => running?.abort());
