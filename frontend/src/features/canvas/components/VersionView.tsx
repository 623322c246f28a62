import { Button, Loader, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { versionQuery, type Version, type VersionContents } from "../api/version-queries";
import { ReadOnlyBoard } from "../editor/ReadOnlyBoard";
import { MARK_COLORS } from "../version-words";
import { strings } from "../strings";
import { usePanelIsSheet } from "../use-panel-state";
import { nameInSentence } from "../version-words";
import classes from "./VersionView.module.css";

const words = strings.versions;

interface VersionViewProps {
  canvasId: string;
  version: Version;
  onBack: () => void;
  onRestore: () => void;
}

/** Over the board: the drawing as it was, with a mark on what is different now. */
export function VersionView({ canvasId, version, onBack, onRestore }: VersionViewProps) {
  const { data, error, refetch } = useQuery(versionQuery(canvasId, version.id));
  const isAlone = usePanelIsSheet(); // the list, from which one came here, is out of sight
  return (
    <section className={classes.view} aria-label={words.viewing(nameInSentence(version))}>
      {data && <ReadOnlyBoard elements={data.elements} marks={data.difference} />}
      {error && (
        <div className={classes.state}>
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {!data && !error && (
        <div className={classes.state}>
          <Appear label={words.loading}>
            <Loader size="sm" />
          </Appear>
        </div>
      )}
      <div className={classes.bar} role="group" aria-label={words.viewing(nameInSentence(version))}>
        <div className={classes.words} role="status">
          <Text size="sm" fw={600} lineClamp={1}>
            {words.viewing(nameInSentence(version))}
          </Text>
          {data && <Difference of={data.difference} />}
        </div>
        <Button size="xs" radius="xl" variant="default" fw={500} autoFocus={isAlone} onClick={onBack}>
          {words.back}
        </Button>
        <Button
          size="xs"
          radius="xl"
          leftSection={<IconArrowBackUp size={16} stroke={1.75} aria-hidden />}
          disabled={!data}
          onClick={onRestore}
        >
          {words.restore}
        </Button>
      </div>
    </section>
  );
}

function Difference({ of: { added, changed, removed } }: { of: VersionContents["difference"] }) {
  const parts = [
    { words: words.added(added.length), count: added.length, color: null },
    { words: words.changed(changed.length), count: changed.length, color: MARK_COLORS.changed },
    { words: words.removed(removed.length), count: removed.length, color: MARK_COLORS.removed },
  ].filter(({ count }) => count > 0);
  return (
    <Text size="xs" c="dimmed" className={classes.difference}>
      {parts.length === 0 ? words.same : words.since}
      {parts.map((part) => (
        <span key={part.words}>
          {part.color && <i style={{ borderColor: part.color }} aria-hidden />}
          {part.words}
        </span>
      ))}
    </Text>
  );
}
