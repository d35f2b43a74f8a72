// The page: conversations on the left, or behind a button where there is no room, and the view.
import { lazy, useState, type ReactNode } from "react";

import { useRoute, type Route } from "@/base/route";
import { ChatView } from "@/chat/ChatView";
import { COMPOSER_ID } from "@/chat/Composer";
import { SharedView } from "@/chat/SharedView";
import { SEARCH_ID, Sidebar } from "@/chats/Sidebar";
import { useWatchedCollections } from "@/collections/collections";
import { askQuoted } from "@/documents/asking";
import { DocumentsView } from "@/documents/DocumentsView";
import { startNew } from "@/session/sessions";
import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";
import { Late } from "@/ui/Late";
import { useKeys } from "@/ui/useKeys";
import { useMedia } from "@/ui/useMedia";
import { useModal } from "@/ui/useModal";

import { KeyDialog } from "./KeyDialog";
import { Notices } from "./Notices";
import { Settings } from "./Settings";

// What shows pages is read when the first is looked at.
const DocumentPage = lazy(() => import("@/documents/DocumentPage").then((found) => ({ default: found.DocumentPage })));
const PassagePage = lazy(() => import("@/reader/PassagePage").then((found) => ({ default: found.PassagePage })));

export function App(): ReactNode {
  const strings = useStrings();
  const route = useRoute();
  useWatchedCollections();
  const narrow = useMedia("(max-width: 52rem)");
  // The menu is open for one place: going elsewhere closes it.
  const place = route.view === "chat" ? (route.chatId ?? "new") : route.view === "documents" ? `documents/${route.collectionId ?? ""}` : route.view === "document" ? `document/${route.docId}` : route.view;
  const [menuAt, setMenuAt] = useState<string | null>(null);
  const menu = menuAt === place;
  const setMenu = (open: boolean): void => setMenuAt(open ? place : null);
  useKeys({
    "Mod+k": () => {
      setMenu(true);
      requestAnimationFrame(() => document.getElementById(SEARCH_ID)?.focus());
    },
    "Alt+n": startNew,
  });
  const focusQuestion = (): void => document.getElementById(COMPOSER_ID)?.focus();
  return (
    <div className="app">
      <button type="button" className="skip" onClick={focusQuestion}>
        {strings.skipToQuestion}
      </button>
      {!narrow && (
        <aside className="sidebar" aria-label={strings.menu}>
          <Sidebar route={route} onLeave={() => setMenu(false)} foot={<Settings isAtReports={route.view === "documents"} />} />
        </aside>
      )}
      <KeyDialog />
      {narrow && menu && <Drawer route={route} onClose={() => setMenu(false)} />}
      <main>
        {narrow && (
          <div className="topbar">
            <IconButton icon="menu" label={strings.openMenu} onClick={() => setMenu(true)} />
            <span className="grow" />
            <IconButton icon="plus" label={strings.newChat} onClick={startNew} />
          </div>
        )}
        <Notices />
        <h1 className="unseen">{{ chat: strings.conversation, documents: strings.documents, document: strings.report, passage: strings.citation, shared: strings.sharedChat }[route.view]}</h1>
        {route.view === "chat" && <ChatView route={route} />}
        {route.view === "documents" && <DocumentsView route={route} />}
        {route.view === "shared" && <SharedView route={route} />}
        <Late key={place} fallback={<p className="centre soft">{strings.loading}</p>}>
          {route.view === "document" && <DocumentPage route={route} />}
          {route.view === "passage" && <PassagePage route={route} onAsk={askQuoted} />}
        </Late>
      </main>
    </div>
  );
}

function Drawer({ route, onClose }: { route: Route; onClose: () => void }): ReactNode {
  const strings = useStrings();
  const { ref, onCancel } = useModal(onClose);
  return (
    <dialog
      ref={ref}
      className="drawer"
      aria-label={strings.menu}
      onCancel={onCancel}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <IconButton className="drawer-close" icon="close" label={strings.close} onClick={onClose} />
      <Sidebar route={route} onLeave={onClose} foot={<Settings isAtReports={route.view === "documents"} />} />
    </dialog>
  );
}
