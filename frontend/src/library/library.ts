// The reports that are indexed, and their folders.
import { useCallback } from "react";

import { api } from "@/api/client";
import type { DocumentCorrection, DocumentView, SuggestionsView } from "@/api/types";
import { createStore, useStore } from "@/base/store";
import { useLanguage } from "@/strings";
import { formOf } from "@/strings/pages";
import { useRemote, type Remote } from "@/ui/useRemote";

const revision = createStore(0);

/** Whoever changed the reports says so. */
export const libraryChanged = (): void => revision.update((count) => count + 1);

export const useRevision = (): number => useStore(revision);

const load = async (signal: AbortSignal): Promise<DocumentView[]> => (await api.documents(signal)).documents;

export function useLibrary(): Remote<DocumentView[]> {
  return useRemote(load, useStore(revision));
}

/** What one may ask of the reports, made anew when they change; by a model in the language of the page. */
export function useSuggestions(): Remote<SuggestionsView> {
  const spoken = useLanguage();
  const suggest = useCallback((signal: AbortSignal) => api.suggestions(spoken, signal), [spoken]);
  return useRemote(suggest, useStore(revision));
}

/** What has been read, at a glance. */
export interface Glance {
  reports: number;
  pages: number;
  /** From the first to the last; null if no report tells its year. */
  years: [string, string] | null;
  /** The first few, by what tells them apart. */
  named: readonly DocumentView[];
}

/** So many reports are named. */
const NAMED = 4;

export function glanceOf(documents: readonly DocumentView[]): Glance {
  const years = documents.flatMap((one) => one.periods.map((period) => period.slice(0, 4))).sort();
  const [first, last] = [years[0], years.at(-1)];
  const newest = [...documents].sort((a, b) => b.ingested_at.localeCompare(a.ingested_at));
  return {
    reports: documents.length,
    pages: documents.reduce((sum, one) => sum + (formOf(one.locations[0]?.path ?? "") === "pages" ? one.pages : 0), 0),
    years: first === undefined || last === undefined ? null : [first, last],
    named: newest.slice(0, NAMED),
  };
}

export interface FolderOf {
  name: string;
  documents: DocumentView[];
}

/** A folder of one collection: another's may have the same name. */
export interface CollectionFolder extends FolderOf {
  collection: string;
  collectionName: string;
}

/** By folder; a document that lies in two is in both. */
export function byFolder(documents: readonly DocumentView[]): FolderOf[] {
  const folders = new Map<string, DocumentView[]>();
  for (const document of documents) {
    for (const name of new Set(document.locations.map((place) => place.folder))) {
      folders.set(name, [...(folders.get(name) ?? []), document]);
    }
  }
  return [...folders]
    .map(([name, inside]) => ({ name, documents: inside.sort((a, b) => a.title.localeCompare(b.title)) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** By collection and folder: one's own first, whose name is empty. */
export function byCollection(documents: readonly DocumentView[]): CollectionFolder[] {
  const collections = new Map<string, DocumentView[]>();
  for (const one of documents) collections.set(one.collection, [...(collections.get(one.collection) ?? []), one]);
  return [...collections]
    .map(([collection, inside]) => ({ collection, collectionName: inside[0]?.collection_name ?? "", inside }))
    .sort((a, b) => a.collectionName.localeCompare(b.collectionName))
    .flatMap(({ inside, ...place }) => byFolder(inside).map((folder) => ({ ...folder, ...place })));
}

export const FIELDS = ["title", "date", "organisation", "periods", "kind"] as const;
export type Fields = Record<(typeof FIELDS)[number], string>;

/** What may be corrected of a report, as text to be edited. */
export function fieldsOf(document: DocumentView): Fields {
  const { title, date, organisation, periods, kind } = document;
  return { title, date: date ?? "", organisation, periods: periods.join(", "), kind };
}

/** What was changed, as the server takes it; an emptied field goes back to what the report says. */
export function changesOf(before: Fields, after: Fields): Partial<DocumentCorrection> {
  const changes: Partial<DocumentCorrection> = {};
  for (const name of FIELDS) {
    const value = after[name].trim();
    if (value === before[name]) continue;
    if (name !== "periods") changes[name] = value === "" ? null : value;
    else changes.periods = value === "" ? null : value.split(/[\s,;]+/).filter(Boolean);
  }
  return changes;
}
