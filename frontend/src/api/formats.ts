// Made from the server's table of formats by `npm run types`; not edited by hand.
/** What a report is made of; `text` has nothing that could be counted or named. */
export type Form = "pages" | "slides" | "sheets" | "text";
export const FORMATS: readonly { label: string; form: Form; suffixes: readonly string[] }[] = [
  {
    "label": "PDF",
    "form": "pages",
    "suffixes": [
      ".pdf"
    ]
  },
  {
    "label": "Word",
    "form": "text",
    "suffixes": [
      ".docx",
      ".docm",
      ".dotx",
      ".dotm"
    ]
  },
  {
    "label": "PowerPoint",
    "form": "slides",
    "suffixes": [
      ".pptx",
      ".pptm",
      ".ppsx",
      ".ppsm",
      ".potx",
      ".potm"
    ]
  },
  {
    "label": "Excel",
    "form": "sheets",
    "suffixes": [
      ".xlsx",
      ".xlsm",
      ".xltx",
      ".xltm"
    ]
  },
  {
    "label": "binary Excel",
    "form": "sheets",
    "suffixes": [
      ".xlsb"
    ]
  },
  {
    "label": "old Excel",
    "form": "sheets",
    "suffixes": [
      ".xls"
    ]
  },
  {
    "label": "OpenDocument sheet",
    "form": "sheets",
    "suffixes": [
      ".ods"
    ]
  },
  {
    "label": "CSV",
    "form": "text",
    "suffixes": [
      ".csv",
      ".tsv"
    ]
  },
  {
    "label": "HTML",
    "form": "text",
    "suffixes": [
      ".html",
      ".htm",
      ".xhtml"
    ]
  },
  {
    "label": "Markdown",
    "form": "text",
    "suffixes": [
      ".md",
      ".markdown"
    ]
  },
  {
    "label": "text",
    "form": "text",
    "suffixes": [
      ".txt",
      ".text"
    ]
  },
  {
    "label": "pictures",
    "form": "pages",
    "suffixes": [
      ".png",
      ".jpg",
      ".jpeg",
      ".tif",
      ".tiff",
      ".webp",
      ".bmp",
      ".gif"
    ]
  }
];
