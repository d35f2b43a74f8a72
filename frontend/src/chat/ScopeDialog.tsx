// The dialog that chooses which reports answer: by what they are, and by where they lie.
import { useId, useState, type ReactNode } from "react";

import type { DocumentView, Filters } from "@/api/types";
import { chooseCollections, useSearched } from "@/collections/choice";
import { useFreshCollections } from "@/collections/collections";
import { PRIVATE, titleOf, withCollections } from "@/collections/model";
import { byFolder, useLibrary, type FolderOf } from "@/library/library";
import { useStrings } from "@/strings";
import { kindNamed } from "@/strings/pages";
import type { Strings } from "@/strings/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import { asFilters, chosenOf, FACETS, fits, toggled, valuesOf, type Chosen, type Facet } from "./scope";

const NONE: ReadonlySet<string> = new Set();

interface Props {
  filters: Filters | null;
  onClose: () => void;
  onApply: (filters: Filters | null) => void;
}

export function ScopeDialog({ filters, onClose, onApply }: Props): ReactNode {
  const strings = useStrings();
  const { data, problem } = useLibrary();
  const { list } = useFreshCollections();
  const searched = useSearched(filters);
  const all = (list ?? []).map((one) => one.collection_id);
  const [chosen, setChosen] = useState(() => chosenOf(withCollections(filters, searched)));
  // None chosen means all: then each is shown as chosen, and taken back by itself.
  const collections = chosen.collections.size === 0 ? new Set(all) : chosen.collections;
  const documents = data ?? [];
  const within = documents.filter((one) => list === null || collections.has(one.collection));
  const facts = { ...chosen, folders: NONE, documents: NONE };
  const asked = documents.filter((one) => fits(one, chosen));
  const toggle = (name: keyof Chosen, value: string): void => setChosen({ ...chosen, [name]: toggled(chosen[name], value) });
  const toggleCollection = (id: string): void => {
    const next = toggled(collections, id);
    if (next.size > 0) setChosen({ ...chosen, collections: next.size === all.length ? NONE : next });
  };
  const apply = (wanted: Chosen): void => {
    const { collections: ids, ...rest } = wanted;
    const { collections: own } = filters ?? {};
    // What is chosen here is remembered for other conversations, too; what was asked about from the reports is not.
    const isSame = [...ids].sort().join() === [...(searched ?? [])].sort().join();
    if (!isSame) chooseCollections([...ids]);
    const kept = isSame ? new Set(own) : NONE;
    onApply(asFilters({ ...rest, collections: kept }, documents));
  };
  return (
    <Dialog title={strings.scopeTitle} onClose={onClose}>
      {problem !== null && <p role="alert">{strings.problem(problem.code, problem.message)}</p>}
      <div className="scope-list">
        {all.length > 1 && (
          <fieldset>
            <legend>{strings.collections}</legend>
            {(list ?? []).map((one) => (
              <Check
                key={one.collection_id}
                label={titleOf(one, strings)}
                note={one.collection_id === PRIVATE ? strings.privateNote : strings.yourRole(strings.roles[one.role])}
                checked={collections.has(one.collection_id)}
                disabled={collections.size === 1 && collections.has(one.collection_id)}
                onChange={() => toggleCollection(one.collection_id)}
              />
            ))}
          </fieldset>
        )}
        {FACETS.map((facet) => (
          <FacetList key={facet} facet={facet} documents={within} chosen={chosen[facet]} onToggle={(value) => toggle(facet, value)} />
        ))}
        {byFolder(documents.filter((one) => chosen.documents.has(one.doc_id) || fits(one, facts))).map((folder) => (
          <fieldset key={folder.name}>
            <legend>
              <Check label={folder.name} note={all.length > 1 ? whoseOf(folder, strings) : ""} checked={chosen.folders.has(folder.name)} onChange={() => toggle("folders", folder.name)} />
            </legend>
            {folder.documents.map((one) => (
              <Check
                key={one.doc_id}
                label={one.title}
                checked={chosen.folders.has(folder.name) || chosen.documents.has(one.doc_id)}
                disabled={chosen.folders.has(folder.name)}
                onChange={() => toggle("documents", one.doc_id)}
              />
            ))}
          </fieldset>
        ))}
      </div>
      <div className="row-end scope-end">
        <p className="grow soft" role="status">
          {data !== null && strings.scopeAsked(asked.length, documents.length)}
        </p>
        <Button onClick={() => apply(chosenOf(null))}>{strings.clearScope}</Button>
        <Button kind="primary" disabled={data === null || (asked.length === 0 && documents.length > 0)} onClick={() => apply(chosen)}>
          {strings.apply}
        </Button>
      </div>
    </Dialog>
  );
}

/** The collections in which reports of a folder of this name lie. */
function whoseOf(folder: FolderOf, strings: Strings): string {
  const whose = folder.documents.map((one) => titleOf({ collection_id: one.collection, name: one.collection_name }, strings));
  return [...new Set(whose)].join(", ");
}

interface FacetProps {
  facet: Facet;
  documents: readonly DocumentView[];
  chosen: ReadonlySet<string>;
  onToggle: (value: string) => void;
}

/** What the reports are told apart by, one of it at a time; nothing where they do not differ in it. */
function FacetList({ facet, documents, chosen, onToggle }: FacetProps): ReactNode {
  const strings = useStrings();
  const values = valuesOf(facet, documents, chosen);
  const title = strings.facets[facet];
  const nameOf = (value: string): string => (facet === "kinds" ? kindNamed(value, strings.kinds) : value);
  if (values.length < 2 && chosen.size === 0) return null;
  return (
    <details className="facet" open={chosen.size > 0 ? true : undefined}>
      <summary>
        {title} <span className="soft">{chosen.size === 0 ? strings.facetAny : [...chosen].map(nameOf).join(", ")}</span>
      </summary>
      <div role="group" aria-label={title}>
        {values.map(({ value, count }) => (
          <Check key={value} label={nameOf(value)} note={strings.documentsCount(count)} checked={chosen.has(value)} onChange={() => onToggle(value)} />
        ))}
      </div>
    </details>
  );
}

interface CheckProps {
  label: string;
  /** Shown behind the label. */
  note?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}

function Check({ label, note = "", checked, disabled, onChange }: CheckProps): ReactNode {
  const id = useId();
  return (
    <label className="check">
      <input type="checkbox" checked={checked} disabled={disabled} aria-describedby={note === "" ? undefined : id} onChange={onChange} />
      <span dir="auto">{label}</span>
      {note !== "" && (
        <span id={id} className="soft" aria-hidden="true">
          {note}
        </span>
      )}
    </label>
  );
}
