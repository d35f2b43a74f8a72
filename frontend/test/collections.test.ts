// Collections, roles and members, without a server.
import { expect, test } from "vitest";

import type { ChatView, CollectionSummary, CollectionView, DocumentView } from "@/api/types";
import { citedIn } from "@/chats/shared";
import { editable, isAtLeast, isLastManager, memberName, memberOf, searched, shared, sortedMembers, withCollections } from "@/collections/model";
import { byCollection } from "@/library/library";

const of = (collection_id: string, role: CollectionSummary["role"]): CollectionSummary => ({ collection_id, name: collection_id, role });
const LIST = [of("private", "manager"), of("a", "reader"), of("b", "editor")];
const members = (...all: [string, CollectionSummary["role"]][]): CollectionView =>
  ({ members: all.map(([member, role]) => ({ member, role })) }) as CollectionView;

test("each role may do what those before it may", () => {
  expect(isAtLeast("reader", "editor")).toBe(false);
  expect(isAtLeast("manager", "editor")).toBe(true);
  expect(editable(LIST).map((one) => one.collection_id)).toEqual(["private", "b"]);
  expect(shared(LIST).map((one) => one.collection_id)).toEqual(["a", "b"]);
});

test("what is chosen is searched, as far as it may be read, and nothing chosen is all", () => {
  expect(searched(["a"], LIST)).toEqual(["a"]);
  expect(searched(["a", "taken away"], LIST)).toEqual(["a"]);
  expect(searched(["taken away"], LIST)).toBeNull();
  expect(searched([], LIST)).toBeNull();
  expect(searched(undefined, LIST)).toBeNull();
  expect(searched(["private", "a", "b"], LIST)).toBeNull();
  // Before they are known nothing is left out.
  expect(searched(["a"], null)).toEqual(["a"]);
});

test("a question is sent with the collections that are searched, and with none where all are", () => {
  expect(withCollections({ periods: ["2022"], collections: ["x"] }, null)).toEqual({ periods: ["2022"] });
  expect(withCollections(null, ["a"])).toEqual({ collections: ["a"] });
  expect(withCollections({ collections: ["x"] }, null)).toBeNull();
});

test.each([
  [{ name: " ann ", isGroup: false }, "ann"],
  [{ name: "ann@port.example", isGroup: false }, "ann@port.example"],
  [{ name: "Ann Example", isGroup: false }, null],
  [{ name: "group:staff", isGroup: false }, null],
  [{ name: "", isGroup: false }, null],
  [{ name: "x".repeat(65), isGroup: false }, null],
  [{ name: "Harbour staff", isGroup: true }, "group:Harbour staff"],
  [{ name: "  ", isGroup: true }, null],
])("a member is called as the server calls one: %j", (given, member) => {
  expect(memberOf(given)).toBe(member);
  if (member !== null) expect(memberName(member)).toEqual({ ...given, name: given.name.trim() });
});

test("whoever manages stands first, and the last who does must stay", () => {
  const two = members(["zoe", "reader"], ["bob", "manager"], ["ann", "editor"], ["amy", "manager"]);
  expect(sortedMembers(two.members).map(({ member }) => member)).toEqual(["amy", "bob", "ann", "zoe"]);
  expect(isLastManager(two, "bob")).toBe(false);
  const one = members(["bob", "manager"], ["ann", "editor"]);
  expect([isLastManager(one, "bob"), isLastManager(one, "ann")]).toEqual([true, false]);
});

test("folders of the same name in two collections are two, one's own first", () => {
  const document = (doc_id: string, collection: string, collection_name: string): DocumentView =>
    ({ doc_id, title: doc_id, collection, collection_name, locations: [{ folder: "filings", path: "x.pdf" }] }) as DocumentView;
  const folders = byCollection([document("1", "b", "Port"), document("2", "private", ""), document("3", "b", "Port")]);
  expect(folders.map(({ collection, name, documents }) => [collection, name, documents.map((one) => one.doc_id)])).toEqual([
    ["private", "filings", ["2"]],
    ["b", "filings", ["1", "3"]],
  ]);
});

test("whoever may read all that a conversation cites may read it, and nobody one that cites private reports", () => {
  const source = (title: string, collection: string | undefined, cited: boolean): object => ({ title, file_name: "", collection, collection_name: collection?.toUpperCase() ?? "", cited });
  const answer = (text: string, finish_reason: string, ...sources: object[]): object => ({ role: "assistant", text, finish_reason, sources });
  const of = (...turns: object[]): ReturnType<typeof citedIn> => citedIn({ turns } as unknown as ChatView);
  const port = source("Port", "b", true);
  expect(of(answer("It was 5 [1].", "stop", port, source("Mine", "private", false)))).toEqual({ collections: ["B"], privateTitles: [] });
  expect(of(answer("It was 5.", "stop", source("Mine", "private", false), source("Port", "b", false)))).toEqual({ collections: ["B"], privateTitles: ["Mine"] });
  expect(of(answer("Nothing in “Port”.", "no_evidence", source("Port", "b", false), source("Mine", "private", false)))).toEqual({ collections: ["B"], privateTitles: [] });
  expect(of(answer("", "stop", source("Mine", "private", false)))).toEqual({ collections: [], privateTitles: [] });
  // Of before there were collections.
  expect(of(answer("It was 5 [1].", "stop", source("Old", undefined, true)))).toEqual({ collections: [], privateTitles: ["Old"] });
  expect(of({ role: "user", text: "How many?", sources: [] })).toEqual({ collections: [], privateTitles: [] });
});
