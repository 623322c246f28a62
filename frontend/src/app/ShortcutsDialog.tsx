import { Kbd, Modal, Table } from "@mantine/core";

import { strings } from "./strings";

/** Apple keyboards have ⌘ where others have Ctrl. */
const MODIFIER = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={strings.shortcuts.title} centered>
      <Table withRowBorders={false}>
        <Table.Tbody>
          {strings.shortcuts.rows.map(([keys, does]) => (
            <Table.Tr key={keys}>
              <Table.Td w={140}>
                <Kbd>{keys.replace("mod", MODIFIER)}</Kbd>
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
