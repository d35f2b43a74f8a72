// How a page is named: by its number, or by what it is called, as the sheets of a workbook are.

const NUMBER = /\d|^[ivxlcdm]+$|^.?$/i;

/** `sign` stands before what is a number. */
export function paged(label: string, sign: string): string {
  return NUMBER.test(label) ? `${sign}\u00a0${label}` : label;
}
