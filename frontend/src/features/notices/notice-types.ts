import type { components } from "../../lib/api-schema";

export type Notice = components["schemas"]["Notice"];
export type NoticeKind = Notice["kind"];
export type NoticeSettings = components["schemas"]["NoticeSettings"];
export type NoticePage = components["schemas"]["NoticeList"];
