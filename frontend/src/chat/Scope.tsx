// Which reports answer: a button that says it, and the dialog that changes it.
import { useState, type ReactNode } from "react";

import type { Filters } from "@/api/types";
import { useSearched } from "@/collections/choice";
import { useCollections } from "@/collections/collections";
import { titleOf } from "@/collections/model";
import type { ChatSession } from "@/session/session";
import { useStrings } from "@/strings";
import { kindNamed } from "@/strings/pages";
import { Button } from "@/ui/Button";

import { FACETS } from "./scope";
import { ScopeDialog } from "./ScopeDialog";

/** More collections are counted. */
const MOST_NAMED = 2;

export function Scope({ session, filters }: { session: ChatSession; filters: Filters | null }): ReactNode {
  const strings = useStrings();
  const [open, setOpen] = useState(false);
  const facts = FACETS.flatMap((facet) => (filters?.[facet] ?? []).map((value) => (facet === "kinds" ? kindNamed(value, strings.kinds) : value)));
  const places = strings.scopeSome(filters?.folders?.length ?? 0, filters?.doc_ids?.length ?? 0);
  const collections = useSearchedNames(filters);
  const label = [collections, ...facts, places].filter((part) => part !== "").join(", ") || strings.scopeAll;
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

/** The collections that are searched, in words; empty if that is all of them. */
function useSearchedNames(filters: Filters | null): string {
  const strings = useStrings();
  const { list } = useCollections();
  const ids = useSearched(filters);
  if (ids === null || list === null) return "";
  if (ids.length > MOST_NAMED) return strings.scopeCollections(ids.length);
  return list
    .filter((one) => ids.includes(one.collection_id))
    .map((one) => titleOf(one, strings))
    .join(", ");
}
