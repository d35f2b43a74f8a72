// The ways in which an answer or a chat leaves: as files, and on paper.
import type { ReactNode } from "react";

import { exportPath, type Exported } from "@/api/exports";
import { saveFile } from "@/api/files";
import { language, useStrings } from "@/strings";
import type { Strings } from "@/strings/en";

import { Menu, type MenuItem } from "./Menu";

export function exportItems(strings: Strings, of: Exported): MenuItem[] {
  const save = (format: "docx" | "pdf" | "md") => (): void => void saveFile(exportPath(of, format, language())).catch(() => undefined);
  return [
    { icon: "document", label: strings.exportWord, onSelect: save("docx") },
    { icon: "document", label: strings.exportPdf, onSelect: save("pdf") },
    { icon: "document", label: strings.exportMarkdown, onSelect: save("md") },
  ];
}

/** Prints the page that is shown, once the menu is closed. */
export function printItem(strings: Strings): MenuItem {
  return { icon: "print", label: strings.print, onSelect: () => setTimeout(() => window.print(), 100) };
}

/** `prints` what is shown, too. */
export function ExportMenu(props: { label: string; of: Exported; prints?: boolean }): ReactNode {
  const strings = useStrings();
  const items = [...exportItems(strings, props.of), ...(props.prints === true ? [printItem(strings)] : [])];
  return <Menu label={props.label} icon="download" items={items} />;
}
