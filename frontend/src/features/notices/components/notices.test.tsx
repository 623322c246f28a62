import { act, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { renderPage } from "../../../test/render-page";
import { ada, sessionOf, startServer, url } from "../../../test/server";
import { addNotice } from "../notice-cache";
import type { Notice, NoticeSettings as Settings } from "../notice-types";
import { LongJobPrompt } from "./LongJobPrompt";
import { NoticeBell } from "./NoticeBell";
import { NoticeCenter } from "./NoticeCenter";
import { NoticeSettings } from "./NoticeSettings";

const server = startServer();
const DEFAULTS: Settings = {
  events: { job_completed: true, job_failed: true, job_cancelled: true },
  ways: { toast: true, browser: true, sound: false },
  quiet_hours: null,
};

function aNotice(number: number, changes: Partial<Notice> = {}): Notice {
  return {
    id: `notice-${number}`,
    kind: "job_completed",
    title: `Create canvas · number ${number}`,
    body: null,
    job_id: `job-${number}`,
    canvas_id: `canvas-${number}`,
    created_at: new Date(Date.now() - number * 60_000).toISOString(),
    read_at: null,
    ...changes,
  };
}

/** A server that keeps notices and settings. */
function keep(...notices: Notice[]) {
  const sent: unknown[] = [];
  let settings = DEFAULTS;
  const unread = () => notices.filter(({ read_at }) => !read_at).length;
  server.use(
    sessionOf(ada),
    http.get(url("/api/notices"), () =>
      HttpResponse.json({ items: notices, next_cursor: null, unread: unread() }),
    ),
    http.post(url("/api/notices/read"), async ({ request }) => {
      const body = (await request.json()) as { ids?: string[] };
      sent.push(body);
      for (const notice of notices) {
        if (!body.ids || body.ids.includes(notice.id)) notice.read_at = new Date().toISOString();
      }
      return HttpResponse.json({ unread: unread() });
    }),
    http.get(url("/api/notices/settings"), () => HttpResponse.json(settings)),
    http.put(url("/api/notices/settings"), async ({ request }) => {
      settings = (await request.json()) as Settings;
      sent.push(settings);
      return HttpResponse.json(settings);
    }),
  );
  return sent;
}

function Page() {
  return (
    <>
      <NoticeCenter />
      <NoticeBell />
    </>
  );
}

const routes = [{ path: "*", Component: Page }];

beforeEach(() => {
  document.title = "";
});
afterEach(() => void vi.unstubAllGlobals());

/** A browser's notices: what it was asked, and what it has shown. */
function stubNotices(permission: NotificationPermission) {
  const shown: { title: string; tag: string | undefined }[] = [];
  const ask = vi.fn(() => Promise.resolve("granted" as const));
  function Stub(title: string, { tag }: NotificationOptions): void {
    shown.push({ title, tag });
  }
  vi.stubGlobal("Notification", Object.assign(Stub, { permission, requestPermission: ask }));
  return { shown, ask };
}

function promptSince(seconds: number, settings = DEFAULTS) {
  const since = Date.now() - seconds * 1_000;
  renderPage([{ path: "/", Component: () => <LongJobPrompt since={since} settings={settings} /> }]);
}

test("the bell counts, lists and marks all as read; the tab's title counts with it", async () => {
  const sent = keep(aNotice(1), aNotice(2, { kind: "job_failed", body: "No model" }));
  renderPage(routes);
  await userEvent.click(await screen.findByRole("button", { name: "Notices, 2 not read" }));
  const rows = await screen.findAllByRole("listitem");
  expect(rows.map((row) => within(row).getByRole("link").getAttribute("href"))).toEqual([
    "/canvas/canvas-1",
    "/jobs/job-2",
  ]);
  expect(rows[1]?.textContent).toContain("No model");
  expect(document.title).toMatch(/^\(2\) /);
  await userEvent.click(screen.getByRole("button", { name: "Mark all read" }));
  await screen.findByRole("button", { name: "Notices" });
  expect(sent).toMatchObject([{ all: true }]);
  await waitFor(() => expect(document.title).not.toMatch(/^\(/));
});

test("a new notice becomes a toast; what was there before does not", async () => {
  keep(aNotice(1));
  const { client } = renderPage(routes);
  await screen.findByRole("button", { name: "Notices, 1 not read" });
  await waitFor(() => expect(client.getQueryData(["notices", "settings"])).toBeTruthy());
  expect(screen.queryByRole("article")).toBeNull();
  act(() => addNotice(client, aNotice(0, { title: "Create canvas · fresh" })));
  const toast = await screen.findByRole("article");
  expect(within(toast).getByRole("link", { name: "Open: Create canvas · fresh" })).toBeTruthy();
  await screen.findByRole("button", { name: "Notices, 2 not read" });
});

test("a notice of the canvas in front of the person is read at once, without a toast", async () => {
  const sent = keep();
  const { client } = renderPage(routes, "/canvas/canvas-7");
  await screen.findByRole("button", { name: "Notices" });
  await waitFor(() => expect(client.getQueryData(["notices", "settings"])).toBeTruthy());
  act(() => addNotice(client, aNotice(7)));
  await waitFor(() => expect(sent).toEqual([{ ids: ["notice-7"] }]));
  expect(screen.queryByRole("article")).toBeNull();
});

test("each setting is stored as it is changed", async () => {
  const sent = keep();
  renderPage([{ path: "/", Component: NoticeSettings }]);
  await userEvent.click(await screen.findByRole("switch", { name: "with a sound" }));
  await waitFor(() => expect(sent).toMatchObject([{ ways: { sound: true, toast: true } }]));
  await userEvent.click(screen.getByRole("checkbox", { name: "is done" }));
  await waitFor(() =>
    expect(sent[1]).toMatchObject({ events: { job_completed: false }, ways: { sound: true } }),
  );
  await userEvent.click(screen.getByRole("switch", { name: /^Quiet hours/ }));
  await waitFor(() => expect(sent[2]).toMatchObject({ quiet_hours: { start: "22:00", end: "07:00" } }));
});

test("the browser's permission is asked for on a job that takes long, by a click, and not before", async () => {
  const { ask } = stubNotices("default");
  promptSince(11);
  await userEvent.click(await screen.findByRole("button", { name: "Yes, tell me" }));
  expect(ask).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Yes, tell me" })).toBeNull());
});

test.each([
  ["the job is young", 3, "default", DEFAULTS],
  ["the browser said no", 60, "denied", DEFAULTS],
  ["the browser may already", 60, "granted", DEFAULTS],
  ["the person said no", 60, "default", { ...DEFAULTS, ways: { ...DEFAULTS.ways, browser: false } }],
] as const)("nobody is asked when %s", (_why, seconds, permission, settings) => {
  const { ask } = stubNotices(permission);
  promptSince(seconds, settings);
  expect(screen.queryByText(/Tell you when/)).toBeNull();
  expect(ask).not.toHaveBeenCalled();
});

test("a no is remembered with the person, for every machine", async () => {
  const { ask } = stubNotices("default");
  const sent = keep();
  promptSince(11);
  await userEvent.click(await screen.findByRole("button", { name: "No, thanks" }));
  await waitFor(() => expect(sent).toMatchObject([{ ways: { browser: false, toast: true } }]));
  expect(ask).not.toHaveBeenCalled();
});

test("the browser tells of a notice once while the page is out of sight, and not while it is seen", async () => {
  const { shown } = stubNotices("granted");
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  keep();
  const { client } = renderPage(routes);
  await screen.findByRole("button", { name: "Notices" });
  await waitFor(() => expect(client.getQueryData(["notices", "settings"])).toBeTruthy());
  act(() => addNotice(client, aNotice(1)));
  act(() => addNotice(client, aNotice(1)));
  await waitFor(() => expect(shown).toEqual([{ title: "Done: Create canvas · number 1", tag: "notice-1" }]));
  hidden.mockReturnValue(false);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  act(() => addNotice(client, aNotice(2, { created_at: new Date().toISOString() })));
  await screen.findByRole("button", { name: "Notices, 2 not read" });
  await screen.findByText("Create canvas · number 2");
  expect(shown).toHaveLength(1);
});
