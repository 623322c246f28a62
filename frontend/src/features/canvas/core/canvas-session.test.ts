import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CanvasSession, type Drafts } from "./canvas-session";
import { FakeConnection, FakeScene, FakeServer, note } from "./fakes";
import type { CanvasElement } from "./merge";

const SETTLED_MS = 60_000; // fake milliseconds, beyond every retry

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});
afterEach(() => vi.useRealTimers());

function openPage(drafts?: Drafts) {
  const scene = new FakeScene();
  const connection = new FakeConnection(server);
  const session = new CanvasSession({ transport: connection, scene, ...(drafts ? { drafts } : {}) });
  scene.onChange = () => session.sceneChanged();
  const stop = session.start();
  connection.open();
  return { scene, connection, session, stop };
}

async function settle(ms = SETTLED_MS): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe("joining", () => {
  it("puts what the server has on the canvas and sends none of it back", async () => {
    server.store([note("a", "hello")]);
    const { scene, session } = openPage();
    await settle();
    expect(scene.texts()).toEqual({ a: "hello" });
    expect(server.updates).toEqual([]);
    expect(session.state.get()).toEqual({ phase: "live", loaded: true, unsaved: 0, problem: null });
  });

  it("does not lose what was drawn before the canvas had loaded", async () => {
    server.store([note("theirs", "there")]);
    const { scene } = openPage();
    scene.add(note("mine", "early"));
    await settle();
    expect(scene.texts()).toEqual({ mine: "early", theirs: "there" });
    expect(server.elements.get("mine")?.text).toBe("early");
  });

  it("keeps a change that overtakes the answer to the join", async () => {
    const { scene, connection } = openPage();
    server.connections.add(connection);
    server.store([note("fast", "overtook")]);
    await settle();
    expect(scene.texts()).toEqual({ fast: "overtook" });
  });

  it("is closed with the reason when the canvas is gone, and sends nothing more", async () => {
    const { scene, connection, session } = openPage();
    await settle();
    connection.close("This canvas was deleted.");
    scene.add(note("late"));
    await settle();
    expect(session.state.get()).toMatchObject({ phase: "closed", problem: "This canvas was deleted." });
    expect(server.updates).toEqual([]);
  });
});

describe("sending", () => {
  it("gathers the changes of 50 ms into one message and sends each state once", async () => {
    const { scene, session } = openPage();
    await settle();
    scene.add(note("a"));
    scene.edit("a", "1");
    await settle(20);
    scene.edit("a", "12");
    expect(session.state.get().unsaved).toBe(0); // not looked at yet
    await settle(29);
    expect(server.updates).toEqual([]);
    await settle();
    expect(server.updates.map((update) => update.map(({ text }) => text))).toEqual([["12"]]);
    expect(session.state.get().unsaved).toBe(0);
  });

  it("counts as unsaved until the server has confirmed, and tries again until it has", async () => {
    const { scene, connection, session } = openPage();
    await settle();
    connection.losesAnswers = true;
    connection.dropsDeltas = true; // its own echo would confirm it too
    scene.add(note("a", "text"));
    await settle(3_000);
    expect(session.state.get().unsaved).toBe(1);
    connection.losesAnswers = false;
    await settle();
    expect(session.state.get().unsaved).toBe(0);
    expect(server.updates.length).toBeGreaterThan(1);
  });

  it("sends the newer state of an element that was changed in place while it was on its way", async () => {
    server.latency = () => 200;
    const { scene } = openPage();
    await settle();
    scene.add(note("a", "first"));
    await settle(100);
    scene.edit("a", "second");
    await settle();
    expect(server.updates.map((update) => update[0]?.text)).toEqual(["first", "second"]);
  });

  it("keeps shapes to itself that have no size yet, and deletions of what nobody has seen", async () => {
    const { scene, session } = openPage();
    await settle();
    scene.unpresentable.add("dot");
    scene.add(note("dot"));
    scene.add({ ...note("gone"), isDeleted: true });
    await settle();
    expect(server.updates).toEqual([]);
    expect(session.state.get().unsaved).toBe(0);
  });

  it("finds the one element that the server refuses, says why, and stores all the others", async () => {
    const { scene, session } = openPage();
    await settle();
    server.refusedIds.add("n3");
    for (let i = 0; i < 9; i++) scene.add(note(`n${i}`));
    await settle();
    expect([...server.elements.keys()].sort()).toEqual(["n0", "n1", "n2", "n4", "n5", "n6", "n7", "n8"]);
    expect(session.state.get()).toMatchObject({ unsaved: 0, problem: "n3 is too large." });
    server.refusedIds.clear();
    scene.edit("n3", "smaller");
    await settle();
    expect(server.elements.get("n3")?.text).toBe("smaller");
  });

  it("cuts thousands of elements into messages that the server takes", async () => {
    const { scene, session } = openPage();
    await settle();
    for (let i = 0; i < 1_500; i++) scene.add(note(`n${i}`));
    await settle();
    expect(server.elements.size).toBe(1_500);
    expect(Math.max(...server.updates.map((update) => update.length))).toBeLessThanOrEqual(200);
    expect(session.state.get().unsaved).toBe(0);
  });
});

describe("receiving", () => {
  it("shows what others do and does not echo it", async () => {
    const one = openPage();
    const two = openPage();
    await settle();
    one.scene.add(note("a", "from one"));
    await settle();
    expect(two.scene.texts()).toEqual({ a: "from one" });
    expect(server.updates).toHaveLength(1);
  });

  it("takes the winner from the acknowledgement when its own change came too late", async () => {
    server.store([note("a", "old")]);
    const { scene, connection } = openPage();
    await settle();
    connection.dropsDeltas = true;
    server.store([note("a", "theirs", 5)]);
    scene.edit("a", "mine, of version 2");
    await settle();
    expect(scene.texts()).toEqual({ a: "theirs" });
    expect(server.elements.get("a")?.text).toBe("theirs");
  });

  it("asks for the full state when it has missed a change", async () => {
    const { scene, connection } = openPage();
    await settle();
    connection.dropsDeltas = true;
    server.store([note("missed", "still comes")]);
    await settle();
    connection.dropsDeltas = false;
    server.store([note("next")]);
    await settle();
    expect(scene.texts()).toEqual({ missed: "still comes", next: "" });
    expect(server.joins).toBe(2);
  });

  it("takes the winner after somebody has stopped editing the element that lost", async () => {
    server.store([note("a", "old")]);
    const { scene } = openPage();
    await settle();
    scene.editing = "a";
    server.store([note("a", "theirs", 7)]);
    await settle();
    expect(scene.texts()).toEqual({ a: "old" });
    scene.editing = null;
    scene.onChange();
    await settle();
    expect(scene.texts()).toEqual({ a: "theirs" });
  });

  it("brings back what is stored when the scene was replaced by a file", async () => {
    server.store([note("stored", "here")]);
    const { scene } = openPage();
    await settle();
    scene.notes.clear();
    scene.add(note("from-file", "opened"));
    await settle();
    expect(scene.texts()).toEqual({ "from-file": "opened", stored: "here" });
    expect(server.elements.get("stored")?.isDeleted).toBe(false);
  });
});

describe("offline", () => {
  it("loses nothing: both sides' work is there after the connection is back", async () => {
    server.store([note("a", "old"), note("b", "old")]);
    const { scene, connection, session } = openPage();
    await settle();
    connection.cut();
    scene.edit("a", "changed here");
    scene.add(note("mine", "drawn offline"));
    server.store([note("b", "changed there", 2), note("theirs", "drawn meanwhile")]);
    await settle();
    expect(session.state.get()).toMatchObject({ phase: "offline", unsaved: 2 });
    connection.open();
    await settle();
    const all = { a: "changed here", b: "changed there", mine: "drawn offline", theirs: "drawn meanwhile" };
    expect(scene.texts()).toEqual(all);
    expect(Object.fromEntries(server.state().map(({ id, text }) => [id, text]))).toEqual(all);
    expect(session.state.get()).toMatchObject({ phase: "live", unsaved: 0 });
  });

  it("sends again what was on its way when the connection was cut", async () => {
    server.latency = () => 500;
    const { scene, connection } = openPage();
    await settle();
    scene.add(note("a", "in flight"));
    await settle(100);
    connection.cut();
    await settle(2_000);
    expect(server.elements.size).toBe(0);
    connection.open();
    await settle();
    expect(server.elements.get("a")?.text).toBe("in flight");
  });

  it("keeps what is not saved for the next visit when the page is closed", async () => {
    let kept: readonly CanvasElement[] = [];
    const drafts: Drafts = { load: () => kept, save: (elements) => void (kept = structuredClone(elements)) };
    const before = openPage(drafts);
    await settle();
    before.connection.cut();
    before.scene.add(note("draft", "not yet saved"));
    before.stop();
    const after = openPage(drafts);
    await settle();
    expect(after.scene.texts()).toEqual({ draft: "not yet saved" });
    expect(server.elements.get("draft")?.text).toBe("not yet saved");
    expect(kept).toEqual([]);
  });
});

describe("convergence", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "ends equal everywhere, whatever order things happen in (seed %i)",
    async (seed) => {
      const random = seeded(seed);
      server.latency = () => 1 + Math.floor(random() * 120);
      const pages = [openPage(), openPage(), openPage()];
      const newest = new Map<string, number>();
      for (let step = 0; step < 150; step++) {
        const page = pages[Math.floor(random() * pages.length)];
        if (!page) throw new Error("unreachable");
        const id = `n${Math.floor(random() * 12)}`;
        const dice = random();
        if (dice < 0.07) page.connection.cut();
        else if (dice < 0.2 && !page.connection.isOpen) page.connection.open();
        else if (dice < 0.25) page.connection.losesAnswers = !page.connection.losesAnswers;
        else if (page.scene.notes.has(id)) page.scene.edit(id, `${step}`);
        else page.scene.add(note(id, `${step}`));
        newest.set(id, Math.max(newest.get(id) ?? 0, page.scene.notes.get(id)?.version ?? 0));
        await settle(Math.floor(random() * 90));
      }
      for (const { connection } of pages) {
        connection.losesAnswers = false;
        if (!connection.isOpen) connection.open();
      }
      await settle();
      for (const { scene, session } of pages) {
        expect(stateOf(scene.elements())).toEqual(stateOf(server.state()));
        expect(session.state.get()).toMatchObject({ phase: "live", unsaved: 0 });
      }
      for (const [id, version] of newest) expect(server.elements.get(id)?.version).toBe(version);
    },
  );
});

function stateOf(elements: readonly CanvasElement[]) {
  return [...elements].map((element) => ({ ...element })).sort((a, b) => a.id.localeCompare(b.id));
}

/** Mulberry32: the same sequence for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
