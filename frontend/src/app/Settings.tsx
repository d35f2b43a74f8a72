// Language, theme and the list of keys.
import { useState, type ReactNode } from "react";

import { keyStore, signOut } from "@/api/key";
import { useStore } from "@/base/store";
import { LANGUAGES, setLanguage, useLanguage, useStrings, type Language } from "@/strings";
import { IconButton } from "@/ui/Button";
import { setTheme, THEMES, useTheme, type Theme } from "@/ui/theme";

import { Shortcuts } from "./Shortcuts";
import { useKeys } from "@/ui/useKeys";

export function Settings(): ReactNode {
  const strings = useStrings();
  const { kept, me } = useStore(keyStore);
  const name = me?.name ?? null;
  // What others write to add one to a collection, where it is another than the name that one has.
  const owner = me?.owner ?? null;
  const shown = owner === null || owner === name ? name : `${name ?? ""} (${owner})`;
  const leaving = name === null ? strings.signOut : strings.signOutAs(name);
  const [keys, setKeys] = useState(false);
  useKeys({ "?": () => setKeys(true) });
  return (
    <div className="settings">
      {name !== null && me?.by !== "nothing" && <span className="who" title={strings.signedInAs(shown ?? name)}>{shown}</span>}
      {(kept || me?.by === "session") && <IconButton icon="leave" label={leaving} onClick={() => void signOut()} />}
      <select aria-label={strings.interfaceLanguage} value={useLanguage()} onChange={(event) => setLanguage(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([name, { language }]) => (
          <option key={name} value={name}>
            {language}
          </option>
        ))}
      </select>
      <select aria-label={strings.theme} value={useTheme()} onChange={(event) => setTheme(event.target.value as Theme)}>
        {THEMES.map((theme) => (
          <option key={theme} value={theme}>
            {strings.themes[theme]}
          </option>
        ))}
      </select>
      <IconButton icon="keyboard" label={strings.shortcuts} onClick={() => setKeys(true)} />
      {keys && <Shortcuts onClose={() => setKeys(false)} />}
    </div>
  );
}
