// What the server says in English is said in the language of the page, by its code.
import { expect, test } from "vitest";

import { reasonOf } from "@/citations/reasons";
import { en } from "@/strings/en";
import { es } from "@/strings/es";
import { kindNamed } from "@/strings/pages";

const found = { code: "other_period", facts: ["5,1 $", "Ventas, 2022: {0}"], reason: "“5,1 $” is the figure of another period (Ventas, 2022: {0})" };

test("why a citation has its verdict is said by its code, and what is told of stays as it is", () => {
  expect(reasonOf(found, en)).toBe(found.reason);
  expect(reasonOf(found, es)).toBe("«5,1 $» es la cifra de otro período (Ventas, 2022: {0})");
  expect(reasonOf({ ...found, code: "alone.not_held_here" }, es)).toBe("por sí sola: «5,1 $» no está en esta fuente");
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
