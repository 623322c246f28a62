import { typeName } from "../jobs/names";
import type { Role, Span } from "./staff-types";

const count = new Intl.NumberFormat("en");
const figure = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** What an act was done to: its name, where it has one, and to how many. */
interface Act {
  what: string;
  count: number;
  details: Readonly<Record<string, unknown>>;
}

const named = (say: string, thing: string) => (act: Act) =>
  [say, act.what ? `${thing} ${act.what}` : `a ${thing}`].join(" ");
const jobs = (say: string) => (act: Act) =>
  act.count === 1
    ? `${say} a job${typeof act.details["job_type"] === "string" ? ` (${typeName(act.details["job_type"])})` : ""}`
    : `${say} ${count.format(act.count)} jobs`;
const of = (say: string) => (act: Act) => (act.what ? `${say} ${act.what}` : `${say} somebody`);

/** Every act that is recorded, as what its actor did. */
const ACTS: Readonly<Record<string, (act: Act) => string>> = {
  "account.sign_in": () => "Signed in",
  "account.sign_in_failed": of("Did not get in as"),
  "account.role": of("Changed the role of"),
  "account.suspend": of("Suspended"),
  "account.restore": of("Let back in"),
  "budget.change": of("Changed the budget of"),
  "cache.forget": () => "Forgot kept results",
  "canvas.delete": () => "Deleted a canvas",
  "canvas.restore": () => "Restored a canvas",
  "circuit.close": named("Let jobs ask again", "provider"),
  "history.clean_up": () => "Removed old jobs",
  "job.cancel": jobs("Cancelled"),
  "job.delete": jobs("Deleted"),
  "job.enqueue": jobs("Queued"),
  "job.priority": jobs("Changed the priority of"),
  "job.rescue": jobs("Took back from lost workers"),
  "job.retry": jobs("Retried"),
  "job.run_again": jobs("Ran again"),
  "limit.set": named("Set", "limit"),
  "limit.remove": named("Removed", "limit"),
  "provider.add": named("Added", "provider"),
  "provider.change": named("Changed", "provider"),
  "provider.order": () => "Put the providers in another order",
  "provider.remove": named("Removed", "provider"),
  "queue.pause": named("Paused", "queue"),
  "queue.resume": named("Resumed", "queue"),
  "token.make": named("Made", "token"),
  "token.revoke": named("Revoked", "token"),
  "user.give_plan": of("Gave a plan to"),
  "user.grant_credit": (act) =>
    `Granted ${typeof act.details["tokens"] === "number" ? `${count.format(act.details["tokens"])} tokens` : "credit"} to ${act.what || "somebody"}`,
  "user.remove_plan": of("Took away the plan of"),
};

export const strings = {
  title: "Staff",
  sections: {
    overview: "Overview",
    workers: "Workers",
    audit: "Audit",
    people: "People",
    billing: "Billing",
    providers: "Providers",
  },
  navigation: "Staff pages",
  readOnly: "You may look at everything here, and change nothing.",
  noStaff: { title: "This page is for the staff", text: "Ask somebody of the staff to give you the role." },
  none: "–",
  number: (value: number) => count.format(value),
  queues: {
    title: "Queues",
    name: "Queue",
    waiting: "Waiting",
    oldest: "Oldest",
    running: "Running",
    wait: "Wait, half / 95 %",
    rate: "Ended, last hour",
    workers: "Workers",
    later: (delayed: number, blocked: number) =>
      [
        ...(delayed > 0 ? [`${count.format(delayed)} for later`] : []),
        ...(blocked > 0 ? [`${count.format(blocked)} blocked`] : []),
      ].join(", "),
    failed: (failed: number) => `${count.format(failed)} failed`,
    threads: (workers: number, threads: number) =>
      workers === 0
        ? "none"
        : `${count.format(workers)} with ${count.format(threads)} ${threads === 1 ? "thread" : "threads"}`,
    unserved: (name: string, ready: number) =>
      `No worker serves the queue “${name}”, where ${ready === 1 ? "1 job waits" : `${count.format(ready)} jobs wait`}. Start one that does:`,
    serve: (name: string) => `python worker.py --queues ${name}`,
    pause: "Pause",
    pauseNamed: (name: string) => `Pause queue ${name}`,
    resume: "Resume",
    resumeNamed: (name: string) => `Resume queue ${name}`,
    paused: "Paused",
    pausedSince: (when: string, reason: string | null) => (reason ? `${reason} · ${when}` : `since ${when}`),
    reason: "Why? Shown to everybody who waits",
    reasonPlaceholder: "The provider is being moved",
    confirm: "Pause now",
    failedToSteer: "Could not be changed",
    limits: "Limits",
    limit: (scope: string, key: string, held: number, slots: number, waiting: number) =>
      `${scope} ${key === "*" ? "(each)" : key}: ${held} of ${slots} taken${waiting > 0 ? `, ${waiting} wait` : ""}`,
  },
  workers: {
    title: "Workers",
    state: { live: "Live", silent: "Silent", stopped: "Stopped" },
    mode: { listening: "listening", polling: "polling: notifications do not arrive" },
    allQueues: "all queues",
    busy: (busy: number, of: number) => `${busy} of ${of} threads busy`,
    since: (time: string) => `up ${time}`,
    beat: (time: string) => `last heard of ${time}`,
    abandoned: (runs: number) => `${runs} given up and still running`,
    idle: "Nothing to do",
    gone: {
      silent:
        "It has died or is cut off. Its jobs are taken back by the others; once it is heard of again it goes on.",
      stopped: "It was stopped, and gave its jobs back.",
    },
    runningFor: (time: string) => `for ${time}`,
    of: (name: string) => `of ${name}`,
    none: {
      title: "No worker is running",
      text: "Jobs wait, and nothing is lost: they start by themselves as soon as a worker is there. Start one where the database can be reached:",
      command: "python worker.py",
    },
  },
  course: {
    title: "Throughput and waits",
    span: "Over",
    spans: { hour: "Hour", day: "Day", month: "30 days" } satisfies Record<Span, string>,
    queue: "Queue",
    everyQueue: "All queues",
    throughput: "Jobs that ended",
    completed: "done",
    failed: "failed",
    cancelled: "cancelled",
    per: { hour: "per minute", day: "per hour", month: "per day" } satisfies Record<Span, string>,
    wait: "Wait before the start",
    run: "Run time",
    half: "half within",
    most: "95 % within",
    load: "Waiting and running",
    waiting: "waiting",
    running: "running",
  },
  types: {
    title: "Job types, last 24 hours",
    failing: "Failing",
    slow: "Slow",
    order: "Order",
    name: "Type",
    jobs: "Jobs",
    failure: "Failed",
    errors: "Why",
    run: "Run, half / 95 %",
    wait: "Wait, half / 95 %",
    empty: "Nothing has run in this time.",
    error: (name: string, jobs: number) => `${name} × ${count.format(jobs)}`,
  },
  audit: {
    title: "Audit",
    when: "When",
    who: "Who",
    what: "What",
    target: "To",
    via: "By",
    kind: "What was done",
    all: "Everything",
    subjects: {
      job: "Jobs",
      queue: "Queues",
      limit: "Limits",
      circuit: "Circuits",
      canvas: "Canvases",
      account: "People",
      token: "Tokens",
      cache: "Caches",
      history: "Clean-up",
      provider: "Providers",
      user: "Credit and plans",
      budget: "Budgets",
    },
    byVia: "How",
    vias: { session: "browser", token: "token", "command line": "command line" },
    anyVia: "Any way",
    search: "Id or name of what it was done to",
    onlyOf: (name: string) => `Only by ${name}`,
    clear: "Clear filters",
    acts: ACTS,
    job: (id: string) => `job ${id}`,
    change: (before: string | null, after: string | null) =>
      before === null ? `to ${after}` : after === null ? `was ${before}` : `from ${before} to ${after}`,
    figure: (value: number) => figure.format(value),
    yes: "yes",
    no: "no",
    and: (more: number) => `and ${count.format(more)} more`,
    empty: "Nothing was done, or nothing that fits.",
  },
  people: {
    title: "People",
    search: "Name, address or id",
    roleFilter: "Role",
    anyRole: "Any role",
    roles: { user: "Member", staff_readonly: "Staff, read only", staff: "Staff" } satisfies Record<
      Role,
      string
    >,
    name: "Name",
    email: "E-mail",
    role: "Role",
    roleOf: (name: string) => `Role of ${name}`,
    seen: "Last here",
    since: "Since",
    guest: "guest",
    suspended: "Suspended",
    suspend: "Suspend",
    suspendNamed: (name: string) => `Suspend ${name}`,
    restore: "Let back in",
    restoreNamed: (name: string) => `Let ${name} back in`,
    jobs: "Jobs",
    failed: "Could not be changed",
    empty: "Nobody by that name.",
  },
} as const;
