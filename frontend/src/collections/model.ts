// Collections, roles and members as they are shown. Pure.
import type { CollectionSummary, CollectionView, Filters, MemberRole, MemberView } from "@/api/types";
import type { Strings } from "@/strings/en";

export type Role = MemberRole["role"];

/** Each role may do what those before it may. */
export const ROLES: readonly Role[] = ["reader", "editor", "manager"];
export const PRIVATE = "private";
const GROUP = "group:";
/** What an owner can be called, as the server has it. */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export const isAtLeast = (role: Role, wanted: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(wanted);

/** Those of which one may change the reports. */
export function editable(collections: readonly CollectionSummary[]): CollectionSummary[] {
  return collections.filter(({ role }) => isAtLeast(role, "editor"));
}

export const shared = (collections: readonly CollectionSummary[]): CollectionSummary[] => collections.filter(({ collection_id: id }) => id !== PRIVATE);

export function titleOf({ collection_id: id, name }: Pick<CollectionSummary, "collection_id" | "name">, strings: Strings): string {
  return id === PRIVATE ? strings.privateCollection : name;
}

export interface MemberName {
  name: string;
  isGroup: boolean;
}

export function memberName(member: string): MemberName {
  const isGroup = member.startsWith(GROUP);
  return { name: isGroup ? member.slice(GROUP.length) : member, isGroup };
}

/** As the server names a member; null if nobody can be called so. */
export function memberOf({ name, isGroup }: MemberName): string | null {
  const trimmed = name.trim();
  if (!isGroup) return OWNER.test(trimmed) ? trimmed : null;
  return trimmed === "" || trimmed.length > 200 ? null : GROUP + trimmed;
}

/** Those who manage come first, then by name. */
export function sortedMembers(members: readonly MemberView[]): MemberView[] {
  return [...members].sort((a, b) => ROLES.indexOf(b.role) - ROLES.indexOf(a.role) || a.member.localeCompare(b.member));
}

/** Whether somebody is the only one who manages: then neither another role nor leaving is possible. */
export function isLastManager({ members }: CollectionView, member: string): boolean {
  const managers = members.filter(({ role }) => role === "manager");
  return managers.length === 1 && managers[0]?.member === member;
}

/** Of the chosen collections those that may be read; null for all. */
export function searched(chosen: readonly string[] | undefined, collections: readonly CollectionSummary[] | null): string[] | null {
  const ids = chosen ?? [];
  if (collections === null) return ids.length === 0 ? null : [...ids];
  const known = ids.filter((id) => collections.some((one) => one.collection_id === id));
  return known.length === 0 || known.length === collections.length ? null : known;
}

/** What is sent: the filters of a conversation with the collections that are searched. */
export function withCollections(filters: Filters | null, collections: readonly string[] | null): Filters | null {
  const all: Filters = { ...filters };
  delete all.collections;
  if (collections !== null) all.collections = [...collections];
  return Object.keys(all).length === 0 ? null : all;
}
