import { generateKeyBetween } from "fractional-indexing";
import { describe, expect, it, vi } from "vitest";

import { Editor } from "./editor";
import type { ExcalidrawElement, ExcalidrawImperativeAPI } from "./excalidraw";

vi.mock("@excalidraw/excalidraw/index.css", () => ({}));
// The editor looks at what a drawing context can do as soon as it is loaded; happy-dom has none.
vi.hoisted(() => {
  HTMLCanvasElement.prototype.getContext = (() => ({ filter: "none" })) as never;
});

/** As much of the editor's interface as merging needs. */
function fakeApi(initial: ExcalidrawElement[] = []) {
  let elements = initial;
  const updateScene = vi.fn((scene: { elements?: ExcalidrawElement[]; captureUpdate?: string }) => {
    elements = scene.elements ?? elements;
  });
  const api = {
    getSceneElementsIncludingDeleted: () => elements,
    getSceneElements: () => elements.filter((element) => !element.isDeleted),
    getAppState: () => ({ editingTextElement: null, resizingElement: null, newElement: null }),
    updateScene,
  };
  return {
    editor: new Editor(api as unknown as ExcalidrawImperativeAPI),
    updateScene,
    scene: () => elements,
  };
}

function box(id: string, index: string, version = 1, versionNonce = 7, rest: object = {}): ExcalidrawElement {
  const shape = { type: "rectangle", x: 0, y: 0, width: 100, height: 50, angle: 0, opacity: 100, seed: 1 };
  const style = {
    strokeColor: "#000",
    backgroundColor: "#fff",
    fillStyle: "solid",
    strokeWidth: 1,
    strokeStyle: "solid",
  };
  const state = { isDeleted: false, groupIds: [], boundElements: [], link: null, locked: false, updated: 1 };
  return {
    id,
    index,
    version,
    versionNonce,
    ...shape,
    ...style,
    ...state,
    ...rest,
  } as unknown as ExcalidrawElement;
}

describe("merging into the editor", () => {
  it("takes newer elements, keeps newer ones of its own, and is no step to undo", () => {
    const { editor, scene, updateScene } = fakeApi([box("a", "a0", 3), box("b", "a1", 3)]);
    editor.merge([box("a", "a0", 2), box("b", "a1", 4), box("c", "a2")]);
    expect(scene().map(({ id, version }) => [id, version])).toEqual([
      ["a", 3],
      ["b", 4],
      ["c", 1],
    ]);
    expect(updateScene.mock.calls[0]?.[0].captureUpdate).toBe("NEVER");
  });

  it("gives no new version to elements that arrive in another order than they are drawn in", () => {
    const { editor, scene } = fakeApi();
    editor.merge([box("c", "a2"), box("a", "a0"), box("b", "a1")]);
    expect(scene().map(({ id, index, version, versionNonce }) => [id, index, version, versionNonce])).toEqual(
      [
        ["a", "a0", 1, 7],
        ["b", "a1", 1, 7],
        ["c", "a2", 1, 7],
      ],
    );
  });

  it("gives another index, as a change of its own, to what has one that nothing can be drawn next to", () => {
    const { editor, scene } = fakeApi();
    editor.merge([box("a", "a0"), box("b", "a10"), box("c", "a2"), box("d", "zz")]);
    expect(scene().map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
    const [a, b, c, d] = scene().map(({ index }) => index);
    expect([a, c]).toEqual(["a0", "a2"]);
    for (const index of [b, d]) expect(() => generateKeyBetween(index, null)).not.toThrow();
    expect(scene().map(({ version }) => version > 1)).toEqual([false, true, false, true]);
  });

  it("keeps deletions, and bindings to elements that are not in the same delta", () => {
    const { editor, scene } = fakeApi([box("a", "a0")]);
    const bound = { boundElements: [{ id: "arrow", type: "arrow" }] };
    editor.merge([box("a", "a0", 2, 7, { isDeleted: true }), box("b", "a1", 1, 7, bound)]);
    expect(scene()).toMatchObject([
      { id: "a", isDeleted: true },
      { id: "b", ...bound },
    ]);
  });

  it("knows what a job drew, also after it was changed", () => {
    const { editor } = fakeApi([
      box("drawn", "a0", 5, 7, { customData: { job: "j", key: "k" } }),
      box("changed", "a1"),
      box("theirs", "a2"),
    ]);
    expect([...editor.drawnBy("j", ["changed", "gone"])]).toEqual(["drawn", "changed"]);
  });
});
