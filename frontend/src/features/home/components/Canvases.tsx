import { Button, CloseButton, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowLeft, IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { strings } from "../strings";
import classes from "./Canvases.module.css";
import { CanvasList } from "./CanvasList";

const TYPING_PAUSE_MS = 200;

interface CanvasesProps {
  onCreate: () => void;
  creating: boolean;
}

/** All canvases of the person, or those in the trash. */
export function Canvases({ onCreate, creating }: CanvasesProps) {
  const [params] = useSearchParams();
  const [search, setSearch] = useState("");
  const [q] = useDebouncedValue(search.trim(), TYPING_PAUSE_MS);
  const trash = params.has("trash");
  return (
    <section className={classes.section} aria-labelledby="canvases">
      <div className={classes.head}>
        <Title order={2} id="canvases">
          {trash ? strings.trash : strings.canvases}
        </Title>
        <TextInput
          type="search"
          aria-label={strings.search}
          placeholder={strings.search}
          className={classes.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            search && (
              <CloseButton size="sm" aria-label={strings.nothingFound.action} onClick={() => setSearch("")} />
            )
          }
        />
        <div className={classes.actions}>
          <Button
            component={Link}
            to={trash ? "/" : "/?trash"}
            variant="subtle"
            color="gray"
            leftSection={
              trash ? <IconArrowLeft size={16} aria-hidden /> : <IconTrash size={16} aria-hidden />
            }
          >
            {trash ? strings.backFromTrash : strings.trash}
          </Button>
          <Button
            variant="default"
            loading={creating}
            onClick={onCreate}
            leftSection={<IconPlus size={16} aria-hidden />}
          >
            {strings.newCanvas}
          </Button>
        </div>
      </div>
      <CanvasList filter={{ q, trash }} onClearSearch={() => setSearch("")} />
    </section>
  );
}
