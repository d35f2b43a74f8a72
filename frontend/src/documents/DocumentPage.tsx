// A report: what it is, its passages, and all of it to be read.
import "@/styles/reader.css";

import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

import { api, paths } from "@/api/client";
import { openWithKey } from "@/api/files";
import type { DocumentView, PassageView } from "@/api/types";
import { go, type Route } from "@/base/route";
import { useMayWrite } from "@/api/useMe";
import { readPassage } from "@/api/passages";
import { useCollections } from "@/collections/collections";
import { editable, PRIVATE, titleOf } from "@/collections/model";
import type { PageMark } from "@/reader/marks";
import type { Target } from "@/reader/PageScroller";
import { Reader } from "@/reader/Reader";
import { readOutline } from "@/api/reading";
import { useStrings } from "@/strings";
import { shownDate } from "@/strings/dates";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";
import { useMedia } from "@/ui/useMedia";
import { useRemote } from "@/ui/useRemote";

import { askAbout, askQuoted } from "./asking";
import { CorrectDialog } from "./CorrectDialog";
import { extentOf, shownDay } from "./facts";
import { useRevision } from "@/library/library";
import { formOf, kindNamed } from "@/strings/pages";

import { PassageList } from "./PassageList";

type DocumentRoute = Extract<Route, { view: "document" }>;

const SMALL = "(max-width: 62rem)";

export function DocumentPage({ route }: { route: DocumentRoute }): ReactNode {
  const strings = useStrings();
  const { docId } = route;
  const load = useCallback((signal: AbortSignal) => api.document(docId, signal), [docId]);
  const { data, problem } = useRemote(load, useRevision());
  if (data !== null) return <Shown key={docId} document={data} route={route} />;
  return (
    <div className="column">
      {problem === null ? (
        <p className="soft">{strings.loading}</p>
      ) : (
        <p role="alert" className="note error">
          {strings.problem(problem.code, problem.message)}
        </p>
      )}
    </div>
  );
}

function Shown({ document, route }: { document: DocumentView; route: DocumentRoute }): ReactNode {
  const strings = useStrings();
  const small = useMedia(SMALL);
  const [tab, setTab] = useState<"about" | "report">(route.page === null ? "about" : "report");
  const openPassage = (passageId: string, page: number): void => {
    setTab("report");
    go({ ...route, page, passageId });
  };
  const tabs = { about: strings.aboutReport, report: strings.report };
  return (
    <div className="document-view">
      {small && (
        <div className="side-tabs" role="group" aria-label={document.title}>
          {(["about", "report"] as const).map((name) => (
            <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>
              {tabs[name]}
            </button>
          ))}
        </div>
      )}
      {(!small || tab === "about") && (
        <section className="document-about scroller" aria-label={strings.aboutReport} tabIndex={0}>
          <About document={document} />
          <PassageList docId={document.doc_id} current={route.passageId} onOpen={openPassage} />
        </section>
      )}
      {(!small || tab === "report") && <Report document={document} route={route} />}
    </div>
  );
}

function About({ document }: { document: DocumentView }): ReactNode {
  const strings = useStrings();
  const [isCorrecting, setCorrecting] = useState(false);
  const { list } = useCollections();
  const mayWrite = useMayWrite();
  const { doc_id: docId, collection, collection_name: name, notes, locations } = document;
  const isShared = collection !== PRIVATE;
  const mayChange = mayWrite && (!isShared || editable(list ?? []).some((one) => one.collection_id === collection));
  const { data } = useRemote(useMemo(() => (signal: AbortSignal) => readOutline(docId, signal), [docId]));
  const facts: [string, string][] = [
    [strings.correctFields.organisation, document.organisation],
    [strings.correctFields.periods, document.periods.join(", ")],
    [strings.correctFields.kind, kindNamed(document.kind, strings.kinds)],
    [strings.correctFields.date, document.date === null ? "" : shownDay(document.date)],
    [strings.extent, [extentOf(document.pages, locations[0]?.path ?? "", data, strings), strings.passages(document.passages), ...(data === null ? [] : [strings.tablesAndFigures(data.kinds["table"] ?? 0, data.kinds["figure"] ?? 0)])].filter((one) => one !== "").join(" · ")],
    [strings.liesIn, locations.map((place) => `${place.folder} / ${place.path}`).join(", ")],
    ...(isShared ? [[strings.collection, titleOf({ collection_id: collection, name }, strings)] satisfies [string, string]] : []),
    [strings.readOn, shownDate(document.ingested_at)],
  ];
  const unread = locations.filter((place) => place.unread !== "");
  return (
    <>
      <h2 dir="auto">{document.title}</h2>
      <div className="document-acts">
        <Button kind="primary" icon="filter" onClick={() => askAbout(collection, { doc_ids: [docId] })}>
          {strings.askAbout}
        </Button>
        {mayChange && (
          <Button icon="edit" onClick={() => setCorrecting(true)}>
            {strings.correctDocument}
          </Button>
        )}
        <a className="button quiet" href={paths.file(docId)} target="_blank" rel="noopener noreferrer" onClick={openWithKey}>
          <Icon name="open" /> {strings.originalFile}
        </a>
      </div>
      <dl className="document-facts">
        {facts
          .filter(([, value]) => value !== "")
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
      </dl>
      {unread.map((place) => (
        <p key={place.path} className="note error">
          {strings.outdatedFile(shownDate(document.ingested_at), shownDate(place.changed_at), place.unread)}
        </p>
      ))}
      {notes.length > 0 && (
        <section className="document-notes">
          <h3>{strings.readingNotes}</h3>
          <ul>
            {notes.map((note) => (
              <li key={note}>{capitalised(strings.readingNote(note))}</li>
            ))}
          </ul>
        </section>
      )}
      {isCorrecting && <CorrectDialog document={document} onClose={() => setCorrecting(false)} />}
    </>
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const READ_MS = 400;

/** Keeps the page that is read in the address, to be come back to and given to others; `followed` is what stands there so. */
function useFollowed(route: DocumentRoute): { followed: number | null; onRead: (page: number) => void } {
  const [followed, setFollowed] = useState<number | null>(null);
  if (followed !== null && route.passageId !== null) setFollowed(null);
  const latest = useRef(route);
  const timer = useRef(0);
  useEffect(() => {
    latest.current = route;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const onRead = useCallback((page: number) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const { page: told, passageId } = latest.current;
      // A passage is a place of its own, and stays marked.
      if (passageId !== null || page === (told ?? 1)) return;
      // Before the address is another: else it would be gone to.
      flushSync(() => setFollowed(page));
      go({ ...latest.current, page }, { replace: true });
    }, READ_MS);
  }, []);
  return { followed, onRead };
}

const NONE: readonly PageMark[] = [];

function Report({ document, route }: { document: DocumentView; route: DocumentRoute }): ReactNode {
  const { page, passageId } = route;
  const { data } = useRemote(useMemo(() => (signal: AbortSignal): Promise<PassageView | null> => (passageId === null ? Promise.resolve(null) : readPassage(passageId, signal)), [passageId]));
  const marks = useMemo((): readonly PageMark[] => (data === null || data.lines.length === 0 ? NONE : [{ id: data.passage_id, page: data.page, kind: "current", rectangles: data.lines }]), [data]);
  const first = marks[0]?.rectangles[0] ?? null;
  const { followed, onRead } = useFollowed(route);
  const target: Target | null = useMemo(
    () => (page === null || (passageId === null && page === followed) ? null : { key: `${String(page)} ${passageId ?? ""} ${String(first !== null)}`, page, at: first }),
    [page, passageId, first, followed],
  );
  const cited = useMemo(() => (passageId === null ? null : { passageId, quote: null }), [passageId]);
  const { doc_id: docId, title, collection, locations } = document;
  return (
    <Reader
      docId={docId}
      fileName={locations[0]?.path ?? ""}
      title={title}
      target={target}
      marks={marks}
      cited={cited}
      onRead={onRead}
      onAsk={({ text, page: number }) => askQuoted({ text, docId, title, page: number === 0 ? "" : String(number), form: formOf(locations[0]?.path ?? ""), collection })}
    />
  );
}
