// Asks for the API key when the server wants one.
import { useState, useSyncExternalStore, type ReactNode } from "react";

import { declineKey, giveKey, keyState, subscribeKey, type KeyState } from "@/api/key";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export const useKeyState = (): KeyState => useSyncExternalStore(subscribeKey, keyState);

export function KeyDialog(): ReactNode {
  return useKeyState().asked ? <Open /> : null;
}

function Open(): ReactNode {
  const strings = useStrings();
  const { wrong } = useKeyState();
  const [value, setValue] = useState("");
  const give = (): void => {
    if (value.trim() !== "") giveKey(value.trim());
  };
  return (
    <Dialog title={strings.keyTitle} onClose={declineKey}>
      <div>
        <p id="key-text">{strings.keyText}</p>
        <label className="key-label" htmlFor="key">
          {strings.keyLabel}
        </label>
        <input
          id="key"
          className="field"
          type="password"
          autoComplete="off"
          value={value}
          aria-describedby="key-text key-wrong"
          aria-invalid={wrong}
          ref={(field) => field?.focus()}
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && give()}
        />
        <p id="key-wrong" className="note error" role="alert">
          {wrong ? strings.keyWrong : ""}
        </p>
        <div className="row-end">
          <Button onClick={declineKey}>{strings.cancel}</Button>
          <Button kind="primary" disabled={value.trim() === ""} onClick={give}>
            {strings.keyGive}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
