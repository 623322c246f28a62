/** What job types are called, and what their errors mean in a few words. The codes themselves are for programs. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  create_canvas: "Create canvas",
  modify_canvas: "Change canvas",
  generate_prompt: "Improve a prompt",
  test_provider: "Try a provider",
  send_budget_alert: "Warn of a budget",
  send_low_credit_alert: "Warn of little credit",
  clean_up_jobs: "Remove old jobs",
  diagnostic_noop: "Diagnostic: do nothing",
  diagnostic_sleep: "Diagnostic: sleep",
  job_group: "Group",
};

const ERROR_NAMES: Readonly<Record<string, string>> = {
  "": "No reason given",
  unexpected: "Unexpected error",
  timeout: "Took longer than it may",
  expired: "Not run before its time was over",
  poison: "Its workers died on it",
  child_died: "Its process died",
  database_lost: "The database could not be reached",
  group_failed: "Jobs of the group failed",
  need_failed: "A job that it needed failed",
  transaction_idle: "Held the database too long",
  invalid_request: "The request is not valid any more",
  invalid_result: "The result cannot be stored",
  invalid_step: "A step’s result cannot be stored",
  unknown_job_type: "No worker knows the type",
  needs_model: "Needs a model, and none is set up",
  cannot_plan: "The instructions were not understood",
  canvas_gone: "The canvas was deleted",
  canvas_refused: "The canvas did not take it",
  budget_exceeded: "The budget is used up",
  insufficient_tokens: "Not enough credit",
  subscription_expired: "The plan has ended",
  provider_rate_limited: "The provider asked to slow down",
  provider_unavailable: "The provider is out of order",
  provider_timeout: "The provider took too long",
  provider_refused_key: "The provider refused the key",
  provider_unknown_model: "The provider has no such model",
  provider_refused_request: "The provider refused the request",
  provider_bad_answer: "The answer was of no use",
  no_provider: "The provider was removed",
  key_unreadable: "The provider’s key cannot be read",
  diagnostic_failure: "Failed as it was told to",
};

export function typeName(type: string): string {
  return TYPE_NAMES[type] ?? humanise(type);
}

export function errorName(code: string): string {
  return ERROR_NAMES[code] ?? humanise(code);
}

/** What this catalogue does not know yet still reads as words. */
function humanise(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
