import { ActionIcon, CopyButton, Group, Title } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";

import { strings } from "../strings";
import classes from "./JobDetail.module.css";

const words = strings.detail;

interface TextBlockProps {
  title: string;
  text: string;
  /** The name under which it is downloaded. */
  file: string;
  mono?: boolean;
}

/** A text that may be long, to be copied or taken away whole. */
export function TextBlock({ title, text, file, mono = false }: TextBlockProps) {
  const name = title.toLowerCase();
  return (
    <section>
      <Group justify="space-between" mb={4}>
        <Title order={3}>{title}</Title>
        <Group gap={4}>
          <CopyButton value={text} timeout={2_000}>
            {({ copied, copy }) => (
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={copy}
                aria-label={copied ? words.copied : words.copyNamed(name)}
                title={words.copy}
              >
                {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              </ActionIcon>
            )}
          </CopyButton>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={() => download(text, file)}
            aria-label={words.downloadNamed(name)}
            title={words.download}
          >
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <div
        className={classes.text}
        data-mono={mono || undefined}
        tabIndex={0}
        role="group"
        aria-label={title}
      >
        {text}
      </div>
    </section>
  );
}

function download(text: string, file: string): void {
  const type = file.endsWith(".json") ? "application/json" : "text/plain";
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: file });
  link.click();
  URL.revokeObjectURL(address);
}
