import { createBrowserRouter, Outlet } from "react-router";

import { SignInPage } from "../features/accounts/components/SignInPage";
import { SignUpPage } from "../features/accounts/components/SignUpPage";
import { UsagePage } from "../features/billing/components/UsagePage";
import { HomePage } from "../features/home/components/HomePage";
import { JobsPage } from "../features/jobs/components/JobsPage";
import { JobView } from "../features/jobs/components/JobView";
import { NoticeCenter } from "../features/notices/components/NoticeCenter";
import { CanvasRoute } from "./CanvasRoute";
import { CommandPalette } from "./CommandPalette";
import { NotFoundPage } from "./NotFoundPage";
import { PageLayout } from "./PageLayout";
import { RouteError } from "./RouteError";
import { SettingsRoute } from "./SettingsRoute";
import { SignedIn } from "./SignedIn";
import { StaffRoute } from "./StaffRoute";

function Root() {
  return (
    <>
      <CommandPalette />
      <NoticeCenter />
      <Outlet />
    </>
  );
}

export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RouteError,
    children: [
      {
        Component: PageLayout,
        children: [
          {
            ErrorBoundary: RouteError,
            children: [
              { path: "/", Component: HomePage },
              { path: "/signin", Component: SignInPage },
              { path: "/signup", Component: SignUpPage },
              {
                Component: SignedIn,
                children: [
                  {
                    path: "/jobs",
                    Component: JobsPage,
                    children: [{ path: ":jobId", Component: JobView }],
                  },
                  { path: "/settings", Component: SettingsRoute },
                  { path: "/usage", Component: UsagePage },
                  { path: "/staff/:section?", Component: StaffRoute },
                ],
              },
              { path: "*", Component: NotFoundPage },
            ],
          },
        ],
      },
      { path: "/canvas/:id", Component: CanvasRoute, ErrorBoundary: RouteError },
    ],
  },
]);
