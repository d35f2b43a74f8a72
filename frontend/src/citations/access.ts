// Where the server is and who asks it: the client's own, or that of a page which embeds our elements.
import { createContext } from "react";

import { keyHeader } from "@/api/key";

export interface Access {
  /** The whole address of a path of the server. */
  address: (path: string) => string;
  headers: () => Record<string, string> | Promise<Record<string, string>>;
}

const OWN: Access = { address: (path) => new URL(path, document.baseURI).href, headers: () => keyHeader() };

export const AccessContext = createContext<Access>(OWN);
