// A modal dialog on the platform's own element: focus stays inside, Escape closes, the rest is inert.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";

import { IconButton } from "./Button";
import { useModal } from "./useModal";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
}

/** Is open as long as it is rendered. */
export function Dialog({ title, onClose, children, className = "" }: Props): ReactNode {
  const strings = useStrings();
  const { ref, onCancel } = useModal(onClose);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-label={title}
      onCancel={onCancel}
      onClick={(event) => {
        if (event.target === ref.current) onClose(); // the backdrop
      }}
    >
      <div className="dialog-inside">
        <header>
          <h2>{title}</h2>
          <IconButton icon="close" label={strings.close} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
