// `import "citewire"` makes the elements known; they are given a server and, where it has keys, a token.
import { CitewireAnswer } from "./answer";
import { CitewirePage } from "./page";

if (customElements.get("citewire-answer") === undefined) customElements.define("citewire-answer", CitewireAnswer);
if (customElements.get("citewire-page") === undefined) customElements.define("citewire-page", CitewirePage);

export { CitewireAnswer, type CitationOpened } from "./answer";
export { CitewirePage } from "./page";
export type { Token } from "./server";
export * from "./stream";

declare global {
  interface HTMLElementTagNameMap {
    "citewire-answer": CitewireAnswer;
    "citewire-page": CitewirePage;
  }
}
