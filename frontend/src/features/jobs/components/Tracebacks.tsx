import type { FullJob } from "../job-types";
import { strings } from "../strings";
import { TextBlock } from "./TextBlock";

/** What went wrong inside, where the server shows it: to staff. The last attempt is the one that matters. */
export function Tracebacks({ job }: { job: FullJob }) {
  const last = job.attempts.filter(({ traceback }) => traceback).at(-1);
  if (!last?.traceback) return null;
  const title = strings.detail.tracebackOf(last.attempt);
  return <TextBlock title={title} text={last.traceback} file={`${job.job_id}-traceback.txt`} mono />;
}
