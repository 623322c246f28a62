import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";

import { NewVersion } from "../components/ui/NewVersion";
import { queryClient } from "../lib/query-client";
import { LiveConnection } from "./LiveConnection";
import { router } from "./router";
import { cssVariables, theme } from "./theme";

const colorScheme = localStorageColorSchemeManager({ key: "collabcanvas-color-scheme" });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <LiveConnection />
        <RouterProvider router={router} />
        <NewVersion />
        <Notifications position="bottom-center" limit={3} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
