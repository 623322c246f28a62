import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { StatusBadge } from "../../../components/ui/StatusBadge";
import { jobSentence, sentenceText } from "../job-sentence";
import { jobQuery } from "../job-queries";
import { isGroup, shownStatus, type FullJob } from "../job-types";
import { strings } from "../strings";
import classes from "./JobDetail.module.css";
import { GroupRows } from "./GroupRows";

const words = strings.detail;

/** The group that the job is part of, or the jobs that it is made of. */
export function JobFamily({ job, now }: { job: FullJob; now: number }) {
  if (job.parent_id) return <Parent id={job.parent_id} now={now} />;
  if (!isGroup(job)) return null;
  return (
    <section>
      <Title order={3}>{words.children}</Title>
      {job.children && <p className={classes.counts}>{childrenWords(job.children)}</p>}
      <div className={classes.family}>
        <GroupRows group={job} now={now} />
      </div>
    </section>
  );
}

function Parent({ id, now }: { id: string; now: number }) {
  const parent = useQuery(jobQuery(id)).data;
  return (
    <section>
      <Title order={3}>{words.parent}</Title>
      <p className={classes.counts}>
        {parent && <StatusBadge status={shownStatus(parent)} progress={parent.progress} />}{" "}
        <Link to={`/jobs/${id}`}>{parent ? sentenceText(jobSentence(parent, now)) : strings.open}</Link>
      </p>
    </section>
  );
}

/** "8 of 10 done, 1 failed, 1 running" */
function childrenWords(counts: NonNullable<FullJob["children"]>): string {
  const others = (["failed", "cancelled", "running"] as const).filter((name) => counts[name] > 0);
  return [
    words.doneOf(counts.completed, counts.total),
    ...others.map((name) => `${counts[name]} ${words.childrenCounts[name]}`),
  ].join(", ");
}
