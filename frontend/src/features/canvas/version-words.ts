import { formatDateTime } from "../../lib/format";
import type { Version } from "./api/version-queries";
import { strings } from "./strings";

const words = strings.versions;

/** Of the frames around what is different now. */
export const MARK_COLORS = { changed: "#e8590c", removed: "#c2255c" } as const;

/** What a version is called: its name, or before what it was kept. */
export function titleOf(version: Pick<Version, "cause" | "name" | "about" | "author">): string {
  if (version.name !== null) return version.name;
  const author = version.author ?? words.somebody;
  if (version.cause === "job") return words.beforeJob(quoted(version.about));
  if (version.cause === "restore") return words.beforeRestore(author);
  return words.beforeEdit(author);
}

/** For a sentence: “Draft”, or the moment. */
export function nameInSentence(version: Pick<Version, "name" | "created_at">): string {
  return version.name === null ? formatDateTime(version.created_at) : `“${version.name}”`;
}

/** Of a job's title (Create canvas · “onboarding”) what was asked for. */
function quoted(title: string | null): string {
  const found = title?.match(/“.*”/u)?.[0];
  return found ?? words.aJob;
}
