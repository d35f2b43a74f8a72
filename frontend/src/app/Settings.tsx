// Language, theme and the list of keys.
import { useState, type ReactNode } from "react";

import { LANGUAGES, setLanguage, useLanguage, useStrings, type Language } from "@/strings";
import { IconButton } from "@/ui/Button";
import { setTheme, THEMES, useTheme, type Theme } from "@/ui/theme";

import { Shortcuts } from "./Shortcuts";
import { useKeys } from "./useKeys";

export function Settings(): ReactNode {
  const strings = useStrings();
  const [keys, setKeys] = useState(false);
  useKeys({ "?": () => setKeys(true) });
  return (
    <div className="settings">
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
