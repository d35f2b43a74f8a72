// What the server says of how a file was read, in Spanish: by the forms of its English sentences.
import FORMS from "./notes.es.json";

/** A longer note is shown as it is. */
const LONGEST = 2000;

interface Form {
  pattern: RegExp;
  spanish: string;
}

/** `<page|pages>` of a form is all of the first, or all of the second; `{0}` is anything. */
const forms: Form[] = FORMS.flatMap(([english = "", spanish = ""]) => {
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

/** A note in Spanish; as it is, where this client does not know it. */
export function spanishNote(note: string): string {
  if (note.length > LONGEST) return note;
  for (const { pattern, spanish } of forms) {
    const found = pattern.exec(note);
    if (found === null) continue;
    const told = found.slice(1);
    // What a note holds may be a sentence itself: why there is no text, what to do.
    return spanish.replace(/\{(\d)\}/g, (_, at: string) => spanishNote(told[Number(at)] ?? ""));
  }
  return note;
}
