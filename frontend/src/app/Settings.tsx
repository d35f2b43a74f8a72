// The foot of the menu: the reports, the help, who one is, language and theme.
import { useState, type ReactNode } from "react";

import { keyStore, signOut } from "@/api/key";
import { useStore } from "@/base/store";
import { LANGUAGES, setLanguage, useLanguage, useStrings, type Language } from "@/strings";
import { IconButton } from "@/ui/Button";
import { Icon } from "@/ui/Icon";
import { setTheme, THEMES, useTheme, type Theme } from "@/ui/theme";
import { useKeys } from "@/ui/useKeys";

import { Help } from "./Help";

export function Settings({ isAtReports }: { isAtReports: boolean }): ReactNode {
  const strings = useStrings();
  const [help, setHelp] = useState(false);
  useKeys({ "?": () => setHelp(true) });
  return (
    <>
      <div className="foot-row">
        <a className="button quiet grow" href="#/documents" aria-current={isAtReports ? "page" : undefined}>
          <Icon name="folder" />
          {strings.documents}
        </a>
        <IconButton icon="help" label={strings.help} onClick={() => setHelp(true)} />
      </div>
      <Who />
      <div className="foot-row">
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
      </div>
      {help && <Help onClose={() => setHelp(false)} />}
    </>
  );
}

/** Who one is, with the way out; nothing where nobody is told apart. */
function Who(): ReactNode {
  const strings = useStrings();
  const { kept, wrong, me } = useStore(keyStore);
  const name = me?.name ?? null;
  // What others write to add one to a collection, where it is another than the name that one has.
  const owner = me?.owner ?? null;
  const shown = owner === null || owner === name ? name : `${name ?? ""} (${owner})`;
  const isNamed = name !== null && me?.by !== "nothing";
  const mayLeave = (kept && !wrong) || me?.by === "session";
  if (!isNamed && !mayLeave) return null;
  return (
    <div className="foot-row">
      {isNamed && (
        <span className="who" title={strings.signedInAs(shown ?? name)}>
          {shown}
        </span>
      )}
      {mayLeave && <IconButton icon="leave" label={name === null ? strings.signOut : strings.signOutAs(name)} onClick={() => void signOut()} />}
    </div>
  );
}
