// How pages and kinds of reports are named: a page by its number, or by what it is called, as the sheets of a workbook are.

// "F-12" is a number, "Sheet1" is a name.
const NUMBER = /^(?=.*\d)(?!.*\p{L}{3})|^[ivxlcdm]+$|^.?$/iu;

/** `sign` stands before what is a number. */
export function paged(label: string, sign: string): string {
  return NUMBER.test(label) ? `${sign}\u00a0${label}` : label;
}

/** What a kind of report is called here; one that a person gave stays as it is. */
export function kindNamed(kind: string, kinds: Readonly<Record<string, string>>): string {
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? kind) : kind;
}

/** What the server calls a kind of report that people name so. */
export function kindCalled(name: string, kinds: Readonly<Record<string, string>>): string {
  const wanted = name.trim().toLowerCase();
  return Object.keys(kinds).find((kind) => kinds[kind]?.toLowerCase() === wanted) ?? name;
}
