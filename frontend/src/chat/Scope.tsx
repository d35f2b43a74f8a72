// Which reports answer: a button that says it, and the dialog that changes it.
import { useState, type ReactNode } from "react";

import type { Filters } from "@/api/types";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";

import { ScopeDialog } from "./ScopeDialog";
import { FACETS } from "./scope";
import type { ChatSession } from "./session";

export function Scope({ session, filters }: { session: ChatSession; filters: Filters | null }): ReactNode {
  const strings = useStrings();
  const [open, setOpen] = useState(false);
  const facts = FACETS.flatMap((facet) => filters?.[facet] ?? []);
  const places = strings.scopeSome(filters?.folders?.length ?? 0, filters?.doc_ids?.length ?? 0);
  const label = [...facts, places].filter((part) => part !== "").join(", ") || strings.scopeAll;
  return (
    <>
      <Button icon="filter" className="scope" aria-label={`${strings.scope}: ${label}`} onClick={() => setOpen(true)}>
        <span>{label}</span>
      </Button>
      {open && (
        <ScopeDialog
          filters={filters}
          onClose={() => setOpen(false)}
          onApply={(wanted) => {
            session.setFilters(wanted);
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
