// The client's own styles within the shadow root, in colours that the page around may set.
import chat from "@/styles/chat.css?inline";
import citations from "@/styles/citations.css?inline";
import reader from "@/styles/reader.css?inline";

import own from "./elements.css?inline";

let made: CSSStyleSheet | null = null;

export function sheet(): CSSStyleSheet {
  if (made === null) {
    made = new CSSStyleSheet();
    made.replaceSync([chat, citations, reader, own].join("\n"));
  }
  return made;
}
