import { beforeEach, expect, it } from "vitest";

import { note } from "../core/fakes";
import { browserDrafts } from "./drafts";

beforeEach(() => window.localStorage.clear());

it("keeps what is unsaved per canvas, and forgets it once it is saved", () => {
  const drafts = browserDrafts("one");
  const kept = [note("a", "text")];
  drafts.save(kept);
  expect(browserDrafts("one").load()).toEqual(kept);
  expect(browserDrafts("two").load()).toEqual([]);
  drafts.save([]);
  expect(window.localStorage.length).toBe(0);
});

it("has no drafts where storage is broken, full or forbidden", () => {
  const forbidden = {
    getItem: () => "{not json",
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  } as unknown as Storage;
  const drafts = browserDrafts("one", forbidden);
  expect(drafts.load()).toEqual([]);
  expect(() => drafts.save([note("a")])).not.toThrow();
});
