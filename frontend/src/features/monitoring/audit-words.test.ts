import { expect, test } from "vitest";

import { auditDetails, auditSentence } from "./audit-words";
import type { AuditEntry } from "./staff-types";

const JOB = "0198b7a0-1111-7000-8000-000000000001";

function entry(action: string, targets: string[], details: Record<string, unknown> = {}): AuditEntry {
  return {
    ...{ id: "e", at: "2026-01-01T10:00:00Z", actor_id: null, actor_name: "Ada", actor_role: "staff" },
    ...{ via: "session", target_type: "job", target_count: targets.length },
    ...{ action, targets, details },
  };
}

test.each([
  [entry("queue.pause", ["reports"], { reason: "Moving house" }), "Paused queue reports", "Moving house"],
  [entry("limit.set", ["user:*"], { before: 3, after: 2 }), "Set limit user:*", "from 3 to 2"],
  [entry("limit.set", ["user:*"], { after: 2 }), "Set limit user:*", "to 2"],
  [entry("limit.remove", ["user:*"], { before: 2 }), "Removed limit user:*", "was 2"],
  [entry("job.cancel", [JOB], { job_type: "create_canvas" }), "Cancelled a job (Create canvas)", ""],
  [
    entry("job.priority", [JOB, "x"], { before: ["low", "normal"], after: "high" }),
    "Changed the priority of 2 jobs",
    "from low, normal to high",
  ],
  [
    entry("account.role", [JOB], { email: "eve@example.org", before: "user", after: "staff" }),
    "Changed the role of eve@example.org",
    "from user to staff",
  ],
  [
    entry("account.sign_in_failed", [JOB], { email: "ada@example.org", address: "10.0.0.1" }),
    "Did not get in as ada@example.org",
    "10.0.0.1",
  ],
  [
    entry("provider.change", [JOB], {
      name: "Local",
      before: { enabled: true, price_in: 1, timeout: 60 },
      after: { enabled: false, price_in: 2.5, timeout: 60 },
    }),
    "Changed provider Local",
    "enabled: from yes to no · price in: from 1 to 2.5",
  ],
  [
    entry("provider.order", [JOB, "x"], { before: ["A", "B"], after: ["B", "A"] }),
    "Put the providers in another order",
    "from A, B to B, A",
  ],
  [
    entry("user.grant_credit", [JOB], {
      ...{ name: "eve@example.org", tokens: 500, before: 1000, after: 1500, reason: "Sorry" },
    }),
    "Granted 500 tokens to eve@example.org",
    "from 1,000 to 1,500 · Sorry",
  ],
  [
    entry("user.give_plan", [JOB], { name: "Eve", before: null, after: { plan: "Team", until: "for ever" } }),
    "Gave a plan to Eve",
    "plan: Team · until: for ever",
  ],
  [
    entry("user.remove_plan", [JOB], { name: "Eve", before: { plan: "Team" } }),
    "Took away the plan of Eve",
    "plan: was Team",
  ],
  [
    entry("budget.change", ["all"], {
      name: "the installation",
      before: { day: "$5 by the settings" },
      after: { day: "no limit" },
    }),
    "Changed the budget of the installation",
    "day: from $5 by the settings to no limit",
  ],
  [entry("house.paint_blue", [JOB], { by_hand: true }), "House: paint blue", "by hand: yes"],
])("what was done reads as a sentence (%#)", (told, sentence, details) => {
  expect(auditSentence(told)).toBe(sentence);
  expect(auditDetails(told)).toBe(details);
});
