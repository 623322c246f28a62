import { Button, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";

import { asProblem } from "../../../lib/api-problem";
import { useKeepVersion } from "../api/version-queries";
import { strings } from "../strings";
import classes from "./VersionsPanel.module.css";

const words = strings.versions;
const LONGEST_NAME = 200;

/** Keeps the canvas as it is, under a name. */
export function KeepVersion({ canvasId }: { canvasId: string }) {
  const [name, setName] = useState("");
  const keep = useKeepVersion(canvasId);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name.trim() !== "") keep.mutate(name.trim(), { onSuccess: () => setName("") });
  };
  return (
    <form className={classes.keep} onSubmit={submit}>
      <TextInput
        size="sm"
        aria-label={words.keepLabel}
        placeholder={words.keepPlaceholder}
        value={name}
        maxLength={LONGEST_NAME}
        error={keep.isError ? asProblem(keep.error).message : null}
        onChange={(event) => {
          setName(event.currentTarget.value);
          keep.reset();
        }}
      />
      <Button
        type="submit"
        size="sm"
        variant="default"
        disabled={name.trim() === ""}
        loading={keep.isPending}
      >
        {words.keep}
      </Button>
    </form>
  );
}
