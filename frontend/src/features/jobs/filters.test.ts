import { expect, test } from "vitest";

import { filtersIn, isFiltered, queryOf, searchOf, statusesOf, withFilter } from "./filters";

const read = (search: string) => filtersIn(new URLSearchParams(search));

test("what is in the address is what is in force, and the other way round", () => {
  const search = "?q=on+boarding&status=failed%2Ccancelled&tag=a%26b&priority=high&since=2026-01-02";
  const filters = read(search);
  expect(filters).toEqual({
    q: "on boarding",
    status: "failed,cancelled",
    tag: "a&b",
    priority: "high",
    since: "2026-01-02",
  });
  expect(searchOf(filters)).toBe(search);
  expect(read(searchOf(filters))).toEqual(filters);
});

test.each([
  "?status=nonsense",
  "?since=yesterday",
  "?since=2026-13-45",
  "?priority=higher",
  "?q=++",
  "?page=3",
])("%s narrows by nothing", (search) => expect(isFiltered(read(search))).toBe(false));

test("a part of the list is asked for its own statuses alone, and for nothing where none is wanted", () => {
  expect(statusesOf("finished", {})).toEqual(["completed", "failed", "cancelled"]);
  expect(statusesOf("finished", { status: "failed,queued" })).toEqual(["failed"]);
  expect(statusesOf("running", { status: "failed" })).toEqual([]);
});

test("days are local and whole, and one's own jobs are asked for by one's id", () => {
  expect(queryOf({ since: "2026-01-31", until: "2026-01-31", user: "me", q: "x" }, "my-id")).toEqual({
    q: "x",
    user: "my-id",
    since: new Date(2026, 0, 31).toISOString(),
    until: new Date(2026, 1, 1).toISOString(),
  });
});

test("a filter is set and taken away without touching the others", () => {
  const both = withFilter({ tag: "a" }, "queue", "ai");
  expect(both).toEqual({ tag: "a", queue: "ai" });
  expect(withFilter(both, "tag", null)).toEqual({ queue: "ai" });
});
