// Starts the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { meet, watchSession } from "@/api/key";
import { App } from "@/app/App";
import { watchParts } from "@/base/stale";
import { language } from "@/strings";
import { showTheme } from "@/ui/theme";

import "@/styles/base.css";
import "@/styles/chat.css";
import "@/styles/citations.css";
import "@/styles/chats.css";
import "@/styles/documents.css";
import "@/styles/collections.css";
import "@/styles/print.css";

void meet();
watchSession();
watchParts();
showTheme();
document.documentElement.lang = language();
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
