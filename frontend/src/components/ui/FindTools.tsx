import { Group, NativeSelect, TextInput } from "@mantine/core";

interface FindToolsProps<Value extends string> {
  /** Of the choice. */
  label: string;
  /** Said when nothing is chosen. */
  any: string;
  choices: readonly (readonly [Value, string])[];
  chosen: Value | "";
  onChoose: (value: Value | "") => void;
  /** Of the field for words. */
  search: string;
  text: string;
  onText: (text: string) => void;
}

/** A list is narrowed by a choice and by words. */
export function FindTools<Value extends string>(props: FindToolsProps<Value>) {
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={props.label}
        value={props.chosen}
        onChange={({ currentTarget }) => props.onChoose(currentTarget.value as Value | "")}
        data={[{ value: "", label: props.any }, ...props.choices.map(([value, label]) => ({ value, label }))]}
      />
      <TextInput
        size="xs"
        w={240}
        aria-label={props.search}
        placeholder={props.search}
        maxLength={200}
        value={props.text}
        onChange={({ currentTarget }) => props.onText(currentTarget.value)}
      />
    </Group>
  );
}
