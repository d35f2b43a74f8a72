// Asks who one is when the server wants to know: one signs in, or gives an API key.
import { useEffect, useRef, useState, type ReactNode } from "react";

import { declineKey, giveKey, keyStore, signIn } from "@/api/key";
import { useStore } from "@/base/store";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

const SIGN_IN_ID = "sign-in";

export function KeyDialog(): ReactNode {
  return useStore(keyStore).asked ? <Open /> : null;
}

function Open(): ReactNode {
  const strings = useStrings();
  const { wrong, me, refused } = useStore(keyStore);
  const people = me?.sign_in === true;
  const [value, setValue] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // That people sign in is known only after the dialog is open: who has begun to write a key goes on.
    if (people && field.current?.value === "") document.getElementById(SIGN_IN_ID)?.focus();
  }, [people]);
  const give = (): void => {
    if (value.trim() !== "") giveKey(value.trim());
  };
  return (
    <Dialog title={people ? strings.signInTitle : strings.keyTitle} onClose={declineKey}>
      <div>
        {refused !== null && (
          <p className="note error" role="alert">
            {strings.problem(refused, strings.signInFailed)}
          </p>
        )}
        {people && (
          <p>
            <Button kind="primary" id={SIGN_IN_ID} onClick={signIn}>
              {strings.signIn}
            </Button>
          </p>
        )}
        <p id="key-text" className={people ? "apart" : undefined}>{people ? strings.orKey : strings.keyText}</p>
        <label className="key-label" htmlFor="key">
          {strings.keyLabel}
        </label>
        <input
          ref={field}
          id="key"
          className="field"
          type="password"
          autoComplete="off"
          value={value}
          aria-describedby="key-text key-wrong"
          aria-invalid={wrong}
          data-first
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && give()}
        />
        <p id="key-wrong" className="note error" role="alert">
          {wrong ? strings.keyWrong : ""}
        </p>
        <div className="row-end">
          <Button onClick={declineKey}>{strings.cancel}</Button>
          <Button kind={people ? "quiet" : "primary"} disabled={value.trim() === ""} onClick={give}>
            {people ? strings.useKey : strings.keyGive}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
