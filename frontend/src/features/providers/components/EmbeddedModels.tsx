import { Progress, Text, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconDownload,
  IconPlayerPause,
  type Icon,
} from "@tabler/icons-react";

import type { EmbeddedModel } from "../providers-api";
import { strings } from "../strings";
import classes from "./Providers.module.css";
import { Trial } from "./Trial";

const words = strings.embedded;
const NAME = "embedded";
const MEGABYTE = 1_000_000;
const figures = new Intl.NumberFormat();

const LOOKS: Record<EmbeddedModel["state"], { icon: Icon; tone: "good" | "waits" | "bad" | "off" }> = {
  off: { icon: IconPlayerPause, tone: "off" },
  waiting: { icon: IconClock, tone: "waits" },
  fetching: { icon: IconDownload, tone: "waits" },
  verifying: { icon: IconDownload, tone: "waits" },
  ready: { icon: IconCircleCheck, tone: "good" },
  failed: { icon: IconAlertTriangle, tone: "bad" },
};

export function EmbeddedModels({ models, mayChange }: { models: EmbeddedModel[]; mayChange: boolean }) {
  return (
    <section className={classes.embedded} aria-labelledby="embedded-model">
      <Title order={2} size="h4" id="embedded-model">
        {words.title}
      </Title>
      <Text size="sm" c="dimmed">
        {words.lead}
      </Text>
      {models.length === 0 && <Text size="sm">{words.none}</Text>}
      {models.map((model) => (
        <Machine key={model.machine} model={model} />
      ))}
      {mayChange && models.some(({ state }) => state === "ready") && <Trial name={NAME} />}
    </section>
  );
}

function Machine({ model }: { model: EmbeddedModel }) {
  const { icon: Glyph, tone } = LOOKS[model.state];
  const share = model.bytes_total > 0 ? (100 * model.bytes_done) / model.bytes_total : 0;
  const onItsWay = model.state === "fetching" || model.state === "verifying";
  return (
    <div className={classes.machine}>
      <span className={classes.badge} data-tone={tone}>
        <Glyph size={16} stroke={1.75} aria-hidden />
        {words.states[model.state]}
      </span>
      <Text size="sm" className={classes.why}>
        {model.model} <span className={classes.dim}>{words.onMachine(model.machine)}</span>
      </Text>
      {onItsWay && (
        <>
          <Progress value={share} aria-label={words.states[model.state]} className={classes.progress} />
          <Text size="sm" c="dimmed">
            {words.progress(megabytes(model.bytes_done), megabytes(model.bytes_total))}
          </Text>
        </>
      )}
      {model.message && (
        <Text size="sm" className={classes.why}>
          {model.message} {model.state === "failed" && words.retried}
        </Text>
      )}
    </div>
  );
}

function megabytes(bytes: number): string {
  return `${figures.format(Math.round(bytes / MEGABYTE))} MB`;
}
