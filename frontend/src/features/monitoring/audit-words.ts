import { strings } from "./strings";
import type { AuditEntry } from "./staff-types";

const SAID_BY_SENTENCE = new Set([
  "before",
  "after",
  "reason",
  "address",
  "job_type",
  "email",
  "name",
  "tokens",
]);

/** "Paused the queue reports": what was done as one half of a sentence whose other half is who did it. */
export function auditSentence({ action, targets, target_count, details }: AuditEntry): string {
  const say = strings.audit.acts[action];
  if (!say) return humanise(action);
  return say({ what: nameOf(targets, target_count, details), count: target_count, details });
}

/** What else was said: the values before and after first, then the rest as name: value. */
export function auditDetails({ details }: AuditEntry): string {
  const { before, after, reason, address } = details as Readonly<Record<string, unknown>>;
  const said = [...changes(before, after), ...[reason, address].filter(known).map(shown)];
  const rest = Object.entries(details)
    .filter(([name, value]) => !SAID_BY_SENTENCE.has(name) && known(value))
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${shown(value)}`);
  return [...said, ...rest].join(" · ");
}

/** From what to what; of a thing with parts, each part that differs. */
function changes(before: unknown, after: unknown): string[] {
  if (!known(before) && !known(after)) return [];
  if (!isParts(before) && !isParts(after)) {
    return [strings.audit.change(known(before) ? shown(before) : null, known(after) ? shown(after) : null)];
  }
  const [was, is] = [before, after].map((side) => (isParts(side) ? side : {}));
  return [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].flatMap((part) =>
    shown(was?.[part]) === shown(is?.[part])
      ? []
      : [
          `${part.replaceAll("_", " ")}: ${known(before) ? changes(was?.[part], is?.[part]).join("") : shown(is?.[part])}`,
        ],
  );
}

function isParts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The target by the name it had, else by its id where that is a name: a queue, a limit. */
function nameOf(targets: readonly string[], count: number, details: AuditEntry["details"]): string {
  const name = (details as Readonly<Record<string, unknown>>)["name"] ?? details["email"];
  if (typeof name === "string") return name;
  return count === 1 && targets[0] && !/^[0-9a-f]{8}-/.test(targets[0]) ? targets[0] : "";
}

function known(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function shown(value: unknown): string {
  if (!known(value)) return strings.none;
  if (typeof value === "string") return value;
  if (typeof value === "number") return strings.audit.figure(value);
  if (typeof value === "boolean") return value ? strings.audit.yes : strings.audit.no;
  return Array.isArray(value) ? value.map(shown).join(", ") : JSON.stringify(value);
}

/** Acts that this catalogue does not know yet still read as words. */
function humanise(action: string): string {
  const words = action.replace(".", ": ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
