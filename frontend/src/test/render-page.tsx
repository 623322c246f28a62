import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createMemoryRouter, type RouteObject } from "react-router";
import { RouterProvider } from "react-router/dom";

import { createQueryClient } from "../lib/query-client";

interface Page {
  client: QueryClient;
  router: ReturnType<typeof createMemoryRouter>;
}

/** Renders routes as the application does, without animations and without the application's own singletons. */
export function renderPage(routes: RouteObject[], at = "/"): Page {
  const client = createQueryClient();
  const router = createMemoryRouter(routes, { initialEntries: [at] });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <Notifications />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { client, router };
}
