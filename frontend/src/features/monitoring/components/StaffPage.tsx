import { Alert, Title } from "@mantine/core";
import { IconEye, IconLock } from "@tabler/icons-react";
import { useParams } from "react-router";

import { EmptyState } from "../../../components/ui/EmptyState";
import { usePageTitle } from "../../../lib/use-page-title";
import { useSession } from "../../accounts/session";
import { BillingSection } from "../../billing/components/staff/BillingSection";
import { NoWorker } from "../../jobs/components/NoWorker";
import { ProvidersSection } from "../../providers/components/ProvidersSection";
import { useLiveStaff } from "../live-staff";
import { strings } from "../strings";
import { AuditSection } from "./AuditSection";
import { OverviewSection } from "./OverviewSection";
import { PeopleSection } from "./PeopleSection";
import { StaffNav } from "./StaffNav";
import classes from "./StaffPage.module.css";
import { WorkersSection } from "./WorkersSection";

const SECTIONS = {
  overview: (canAct: boolean) => <OverviewSection canAct={canAct} />,
  workers: () => <WorkersSection />,
  audit: () => <AuditSection />,
  people: (canAct: boolean) => <PeopleSection canAct={canAct} />,
  billing: (canAct: boolean) => <BillingSection canAct={canAct} />,
  providers: (canAct: boolean) => <ProvidersSection canAct={canAct} />,
} as const;
type Name = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as Name[];

/** `/staff` and what is below it. Read-only staff see all of it without buttons; others are told that it is not for them. */
export default function StaffPage() {
  const { user } = useSession();
  usePageTitle(strings.title);
  if (!user) return null;
  if (user.role === "user") {
    const { title, text } = strings.noStaff;
    return <EmptyState icon={IconLock} order={1} title={title} description={text} />;
  }
  return <Sections canAct={user.role === "staff"} />;
}

function Sections({ canAct }: { canAct: boolean }) {
  useLiveStaff();
  const { section } = useParams();
  const name = NAMES.find((each) => each === section) ?? "overview";
  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <Title order={1}>{strings.title}</Title>
        <StaffNav />
      </div>
      {!canAct && (
        <Alert variant="light" color="gray" icon={<IconEye size={18} aria-hidden />} py="xs">
          {strings.readOnly}
        </Alert>
      )}
      {name !== "workers" && <NoWorker />}
      {SECTIONS[name](canAct)}
    </div>
  );
}
