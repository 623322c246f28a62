import { expect, test } from "vitest";

import { previewOf } from "./preview";

const rectangle = {
  id: "r",
  type: "rectangle",
  x: 100,
  y: 50,
  width: 800,
  height: 300,
  strokeColor: "#111111",
};

test("the drawing is in the middle of a card-shaped window", () => {
  const [x = 0, y = 0, width = 0, height = 1] = previewOf([rectangle])?.viewBox.split(" ").map(Number) ?? [];
  expect(width / height).toBeCloseTo(1.6, 1);
  expect([x + width / 2, y + height / 2]).toEqual([500, 200]);
});

test("deleted and unknown elements are left out, and nothing at all is no preview", () => {
  expect(
    previewOf([
      { ...rectangle, isDeleted: true },
      { id: "x", type: "selection" },
    ]),
  ).toBeNull();
  expect(previewOf([])).toBeNull();
});

test("an arrow's points become absolute and its head is kept", () => {
  const arrow = {
    id: "a",
    type: "arrow",
    x: 10,
    y: 20,
    points: [
      [0, 0],
      [30, 40],
    ],
    endArrowhead: "arrow",
  };
  const shape = previewOf([arrow])?.shapes[0];
  expect(shape).toMatchObject({
    kind: "line",
    hasHead: true,
    points: [
      [10, 20],
      [40, 60],
    ],
  });
});

test("a label is known to stand on its arrow", () => {
  const arrow = { id: "a", type: "arrow", x: 0, y: 0, points: [[0, 0]] };
  const label = { id: "l", type: "text", x: 0, y: 0, text: "yes", containerId: "a" };
  expect(
    previewOf([arrow, label, { ...label, id: "m", containerId: "r" }])?.shapes.map(({ onLine }) => onLine),
  ).toEqual([false, true, false]);
});

test("text keeps its lines, and nonsense in an element does no harm", () => {
  const shape = previewOf([
    { id: "t", type: "text", x: "far", y: Number.NaN, text: "one\ntwo", textAlign: "center" },
  ])?.shapes[0];
  expect(shape).toMatchObject({ kind: "text", x: 0, y: 0, lines: ["one", "two"], anchor: "middle" });
});
