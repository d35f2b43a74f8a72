// The calls for collections and their members.
import { json, request, sending } from "./client";
import type { CollectionList, CollectionView, CreatedJob, MemberRole } from "./types";

const at = (id: string): string => `collections/${encodeURIComponent(id)}`;
const memberAt = (id: string, member: string): string => `${at(id)}/members/${encodeURIComponent(member)}`;

export const listCollections = (): Promise<CollectionList> => json<CollectionList>("collections");
export const readCollection = (id: string, signal: AbortSignal): Promise<CollectionView> => json<CollectionView>(at(id), { signal });
export const makeCollection = (name: string): Promise<CollectionView> => json<CollectionView>("collections", sending("POST", { name }));
export const renameCollection = (id: string, name: string): Promise<Response> => request(at(id), sending("PATCH", { name }));
export const deleteCollection = (id: string): Promise<Response> => request(at(id), { method: "DELETE" });
export const setMember = (id: string, member: string, role: MemberRole["role"]): Promise<Response> => request(memberAt(id, member), sending("PUT", { role }));
export const dropMember = (id: string, member: string): Promise<Response> => request(memberAt(id, member), { method: "DELETE" });

/** Copies private reports into a folder of a collection; gives the job that reads them there. */
export function shareDocuments(id: string, folder: string, docIds: readonly string[]): Promise<CreatedJob> {
  return json<CreatedJob>(`${at(id)}/documents`, sending("POST", { folder, doc_ids: docIds }));
}
