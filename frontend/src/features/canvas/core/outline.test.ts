import { expect, it } from "vitest";

import { outline, type OutlinedElement } from "./outline";

function element(id: string, type: string, rest: Partial<OutlinedElement> = {}): OutlinedElement {
  return { id, type, version: 1, versionNonce: 1, isDeleted: false, ...rest };
}

it("reads shapes with the text bound to them and arrows with what they join", () => {
  const entries = outline([
    element("box", "rectangle"),
    element("box-text", "text", { containerId: "box", text: "Sign\nup", originalText: "Sign up" }),
    element("end", "ellipse"),
    element("end-text", "text", { containerId: "end", text: "Done" }),
    element("arrow", "arrow", { startBinding: { elementId: "box" }, endBinding: { elementId: "end" } }),
    element("arrow-text", "text", { containerId: "arrow", text: "if yes" }),
  ]);
  expect(entries).toEqual([
    { id: "box", type: "rectangle", label: "Sign up", from: null, to: null },
    { id: "end", type: "ellipse", label: "Done", from: null, to: null },
    { id: "arrow", type: "arrow", label: "if yes", from: "Sign up", to: "Done" },
  ]);
});

it("leaves out what is deleted, and keeps a text whose shape is gone", () => {
  const entries = outline([
    element("gone", "rectangle", { isDeleted: true }),
    element("orphan", "text", { containerId: "gone", text: "still here" }),
  ]);
  expect(entries.map(({ id, label }) => [id, label])).toEqual([["orphan", "still here"]]);
});
