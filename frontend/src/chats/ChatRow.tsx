// One conversation of the list: its title, and what can be done with it.
import { useState, type ReactNode } from "react";

import { formatRoute } from "@/app/route";
import { useStrings } from "@/strings";
import { Menu } from "@/ui/Menu";

import { exportPath, type ChatLine } from "./remote";

interface Props {
  chat: ChatLine;
  current: boolean;
  onRename: (title: string) => void;
  onDelete: () => void;
}

export function ChatRow({ chat, current, onRename, onDelete }: Props): ReactNode {
  const strings = useStrings();
  const [renaming, setRenaming] = useState(false);
  const title = chat.title === "" ? strings.untitled : chat.title;
  if (renaming) {
    return (
      <li className="chat-row">
        <TitleField
          title={chat.title}
          onDone={(wanted) => {
            setRenaming(false);
            if (wanted !== null && wanted !== chat.title) onRename(wanted);
          }}
        />
      </li>
    );
  }
  const download = (format: "json" | "md"): void => {
    const link = document.createElement("a");
    link.href = exportPath(chat.chat_id, format);
    link.download = "";
    link.click();
  };
  return (
    <li className={current ? "chat-row current" : "chat-row"}>
      <a href={formatRoute({ view: "chat", chatId: chat.chat_id, messageId: null, panel: null })} aria-current={current ? "page" : undefined} dir="auto" title={title}>
        <span className="chat-title">{title}</span>
        {typeof chat.snippet?.message_id === "string" && <span className="snippet">{chat.snippet.text}</span>}
      </a>
      <Menu
        label={strings.chatActions(title)}
        items={[
          { icon: "edit", label: strings.rename, onSelect: () => setRenaming(true) },
          { icon: "document", label: strings.exportMarkdown, onSelect: () => download("md") },
          { icon: "document", label: strings.exportJson, onSelect: () => download("json") },
          { icon: "trash", label: strings.delete, onSelect: onDelete },
        ]}
      />
    </li>
  );
}

function TitleField({ title, onDone }: { title: string; onDone: (title: string | null) => void }): ReactNode {
  const strings = useStrings();
  const [value, setValue] = useState(title);
  return (
    <input
      className="field"
      aria-label={strings.rename}
      value={value}
      maxLength={120}
      ref={(field) => field?.focus()}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => onDone(value.trim() === "" ? null : value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(value.trim() === "" ? null : value.trim());
        if (event.key === "Escape") {
          event.stopPropagation();
          onDone(null);
        }
      }}
    />
  );
}
