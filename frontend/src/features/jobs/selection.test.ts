import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { useSelection } from "./selection";

function select(order: string[], scope: object = {}) {
  return renderHook(({ rows, of }) => useSelection(rows, of), { initialProps: { rows: order, of: scope } });
}

test("a range goes from the last one that was chosen, up or down", () => {
  const { result } = select(["a", "b", "c", "d", "e"]);
  act(() => result.current.toggle("d"));
  act(() => result.current.toggle("b", true));
  expect([...result.current.ids].sort()).toEqual(["b", "c", "d"]);
  act(() => result.current.toggle("c"));
  expect([...result.current.ids].sort()).toEqual(["b", "d"]);
});

test("rows that go away and other filters leave nothing chosen behind", () => {
  const scope = {};
  const { result, rerender } = select(["a", "b"], scope);
  act(() => result.current.toggle("a"));
  act(() => result.current.toggle("b"));
  rerender({ rows: ["b", "c"], of: scope });
  expect([...result.current.ids]).toEqual(["b"]);
  rerender({ rows: ["b", "c"], of: {} });
  expect(result.current.size).toBe(0);
});

test("all that match takes in what is shown later, and ends when one is taken out", () => {
  const scope = {};
  const { result, rerender } = select(["a"], scope);
  act(() => result.current.selectEverything());
  rerender({ rows: ["a", "b"], of: scope });
  expect(result.current.size).toBe(2);
  act(() => result.current.toggle("a"));
  expect(result.current.everything).toBe(false);
  expect([...result.current.ids]).toEqual(["b"]);
});

test("all that are shown are chosen at once, and let go at once", () => {
  const { result } = select(["a", "b", "c"]);
  act(() => result.current.toggle("c"));
  act(() => result.current.setAll(["a", "b"], true));
  expect(result.current.size).toBe(3);
  act(() => result.current.setAll(["a", "b"], false));
  expect([...result.current.ids]).toEqual(["c"]);
});
