// What the server says of how a file was read, or why it was not, in Spanish: by the forms of its English sentences.
import FAILURES from "./failures.es.json";
import NOTES from "./notes.es.json";

/** A longer note is shown as it is. */
const LONGEST = 2000;

interface Form {
  pattern: RegExp;
  spanish: string;
}

/** `<page|pages>` of a form is all of the first, or all of the second; `{0}` is anything. */
const forms: Form[] = [...NOTES, ...FAILURES].flatMap(([english = "", spanish = ""]) => {
  const ways = english.includes("<") ? [0, 1] : [0];
  return ways.map((way) => ({ pattern: patternOf(chosen(english, way)), spanish: chosen(spanish, way) }));
});

function chosen(form: string, way: number): string {
  return form.replace(/<([^|>]*)\|([^>]*)>/g, (_, one: string, many: string) => (way === 0 ? one : many));
}

function patternOf(english: string): RegExp {
  const parts = english.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+?)")}$`, "su");
}

const PART = "; ";
const THOUSANDS = /^\d{1,3}(,\d{3})+$/;

const opensWithFact = ({ pattern }: Form): boolean => pattern.source.startsWith("^(.+?)") && !pattern.source.includes(PART);
const safeForms = forms.filter((form) => !opensWithFact(form));
/** They would take the note before them for their fact: tried when a note is one. */
const openForms = forms.filter(opensWithFact);

/** A note, or the reason of a failure, in Spanish; as it is, where this client does not know it. */
export function spanishNote(note: string): string {
  if (note.length > LONGEST) return note;
  if (THOUSANDS.test(note)) return Number(note.replaceAll(",", "")).toLocaleString("es");
  const said = saidBy(safeForms, note);
  if (said !== undefined) return said;
  // Some are several in one.
  return note.includes(PART) ? note.split(PART).map(spanishNote).join(PART) : (saidBy(openForms, note) ?? note);
}

/** Names and letters that are told of, in the quotation marks of the language. */
function quotedInSpanish(fact: string): string {
  return fact.replace(/“([^“”]*)” for (?=“)/g, "«$1» por ").replace(/“([^“”]*)”/g, "«$1»");
}

function saidBy(among: readonly Form[], note: string): string | undefined {
  for (const { pattern, spanish } of among) {
    const found = pattern.exec(note);
    if (found === null) continue;
    const told = found.slice(1);
    // What a note holds may be a sentence itself: why there is no text, what to do.
    return spanish.replace(/\{(\d)\}/g, (_, at: string) => quotedInSpanish(spanishNote(told[Number(at)] ?? "")));
  }
  return undefined;
}
