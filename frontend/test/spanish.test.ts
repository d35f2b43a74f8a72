// What the server says in English is said in the language of the page, by its code.
import { expect, test } from "vitest";

import { reasonOf } from "@/citations/reasons";
import { en } from "@/strings/en";
import { es } from "@/strings/es";
import FAILURES from "@/strings/failures.es.json";
import NOTES from "@/strings/notes.es.json";
import { kindCalled, kindNamed } from "@/strings/pages";

const found = { code: "other_period", facts: ["5,1 $", "Ventas, 2022: {0}"], reason: "“5,1 $” is the figure of another period (Ventas, 2022: {0})" };

test("why a citation has its verdict is said by its code, and what is told of stays as it is", () => {
  expect(reasonOf(found, en)).toBe(found.reason);
  expect(reasonOf(found, es)).toBe("«5,1 $» es la cifra de otro período (Ventas, 2022: {0})");
  expect(reasonOf({ ...found, code: "alone.not_held_here" }, es)).toBe("por sí sola: «5,1 $» no está en esta fuente");
});

test("the sides of an opposite are our own words, and said in Spanish", () => {
  expect(reasonOf({ code: "opposite", facts: ["down", "up"] }, es)).toBe("el pasaje dice lo contrario: bajada, no subida");
});

test("a code that is not known, and a chat of before, keep the sentence of the server", () => {
  expect(reasonOf({ code: "unheard_of", facts: [], reason: "It is odd" }, es)).toBe("It is odd");
  expect(reasonOf({ reason: "It is odd" }, es)).toBe("It is odd");
  expect(reasonOf({}, es)).toBe("");
});

test("every reason tells of the same in both languages", () => {
  const places = (told: string): string[] => [...told.matchAll(/\{\d\}/g)].map(([place]) => place).sort();
  for (const [code, told] of Object.entries(en.reasons)) expect(places(es.reasons[code as keyof typeof es.reasons]), code).toEqual(places(told));
});

test("kinds of reports are named in the language of the page, those of people as they wrote them", () => {
  expect(kindNamed("annual report", es.kinds)).toBe("informe anual");
  expect(kindNamed("memo of mine", es.kinds)).toBe("memo of mine");
  expect(kindNamed("toString", es.kinds)).toBe("toString");
});

test("what is said of how a file was read is said in Spanish, for one page and for many", () => {
  expect(es.readingNote("page 3 has text off the visible page, left out")).toBe("la página 3 tiene texto fuera de la parte visible, que se omitió");
  expect(es.readingNote("pages 3-5, 9 have no text (scanned, or a picture): use --ocr auto")).toBe(
    "las páginas 3-5, 9 no tienen texto (escaneada o una imagen): usa --ocr auto",
  );
  expect(es.readingNote("sheet “Q1 (a)”: 12 formulas have no result in the file: open it in a spreadsheet program and save it")).toContain("hoja «Q1 (a)»: 12 fórmulas");
  expect(es.readingNote("something of a later server")).toBe("something of a later server");
  expect(en.readingNote("a picture was not read")).toBe("a picture was not read");
});

test("why a file failed is said in Spanish: in an upload, of a job, and of a report that goes on as it was", () => {
  expect(es.readingNote("encrypted: it needs a password to be opened; answers come from the version read on 2024-04-01")).toBe(
    "cifrado: hace falta una contraseña para abrirlo; las respuestas vienen de la versión leída el 2024-04-01",
  );
  expect(es.readingNote("the file has no text: a picture was not read; 3 embedded objects were not read")).toBe(
    "el archivo no tiene texto: no se leyó una imagen; no se leyeron 3 objetos incrustados",
  );
  expect(es.readingNote("there is no room for it: 12,000 documents may be kept (CITEWIRE_MAX_DOCUMENTS_PER_OWNER)")).toContain("12.000 informes");
  expect(es.problem("model_error", "the embedding model m gave no vectors")).toBe("el modelo de embeddings m no dio vectores");
  expect(es.outdatedFile("1 abr", "", "the file is empty")).toContain("(el archivo está vacío)");
  expect(en.readingNote("the file is empty")).toBe("the file is empty");
});

test("names and letters in a note have the quotation marks of the language", () => {
  expect(es.readingNote("sheets “Board”, “Pay” hold hidden text, which is kept out of answers")).toContain("las hojas «Board», «Pay»");
  expect(es.readingNote("the file writes “!” for “ffi”, “\"” for “ff” (pages 1-2): put right")).toContain("«!» por «ffi», «\"» por «ff» (páginas 1-2)");
});

test("every form of a note is told in Spanish with all that it tells of", () => {
  for (const [english = ""] of [...NOTES, ...FAILURES]) {
    for (const way of ["$1", "$2"]) {
      const note = english.replace(/<([^|>]*)\|([^>]*)>/g, way).replace(/\{(\d)\}/g, "X$1");
      const told = es.readingNote(note);
      expect(told, note).not.toBe(note);
      expect(told).not.toMatch(/[{}<>|]/);
      for (const [place] of note.matchAll(/X\d/g)) expect(told, note).toContain(place);
    }
  }
});

test("the kind of a report is corrected in the words of the page", () => {
  expect(kindCalled("Informe anual ", es.kinds)).toBe("annual report");
  expect(kindCalled("memo of mine", es.kinds)).toBe("memo of mine");
});
