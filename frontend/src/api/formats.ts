// Made from the server's table of formats by `npm run types`; not edited by hand.
export const FORMATS: readonly { label: string; suffixes: readonly string[] }[] = [
  {
    "label": "PDF",
    "suffixes": [
      ".pdf"
    ]
  },
  {
    "label": "Word",
    "suffixes": [
      ".docx",
      ".docm",
      ".dotx",
      ".dotm"
    ]
  },
  {
    "label": "PowerPoint",
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
    "suffixes": [
      ".xlsx",
      ".xlsm",
      ".xltx",
      ".xltm"
    ]
  },
  {
    "label": "binary Excel",
    "suffixes": [
      ".xlsb"
    ]
  },
  {
    "label": "old Excel",
    "suffixes": [
      ".xls"
    ]
  },
  {
    "label": "OpenDocument sheet",
    "suffixes": [
      ".ods"
    ]
  },
  {
    "label": "CSV",
    "suffixes": [
      ".csv",
      ".tsv"
    ]
  },
  {
    "label": "HTML",
    "suffixes": [
      ".html",
      ".htm",
      ".xhtml"
    ]
  },
  {
    "label": "Markdown",
    "suffixes": [
      ".md",
      ".markdown"
    ]
  },
  {
    "label": "text",
    "suffixes": [
      ".txt",
      ".text"
    ]
  },
  {
    "label": "pictures",
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
