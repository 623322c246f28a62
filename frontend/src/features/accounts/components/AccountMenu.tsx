import { Avatar, Button, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconPlugConnected, IconSettings, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";

import { useSignOut } from "../accounts-api";
import { useSession, type User } from "../session";
import { strings } from "../strings";
import { GuestLeaveDialog } from "./GuestLeaveDialog";

/** The right end of the top bar: sign-in for a stranger, the menu for everybody else. */
export function AccountMenu() {
  const { user } = useSession();
  const { pathname } = useLocation();
  if (user === undefined) return null;
  if (user) return <UserMenu user={user} />;
  const next =
    pathname === "/" || pathname.startsWith("/sign") ? "" : `?next=${encodeURIComponent(pathname)}`;
  return (
    <Button component={Link} to={`/signin${next}`} variant="default" size="xs">
      {strings.menu.signIn}
    </Button>
  );
}

function UserMenu({ user }: { user: User }) {
  const signOut = useSignOut();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const leave = () => signOut.mutate(undefined, { onSuccess: () => navigate("/") });
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <UnstyledButton>
            <Avatar size={30} radius="xl" name={user.name} color="iris" alt="" aria-hidden />
            <VisuallyHidden>{strings.menu.label(user.name)}</VisuallyHidden>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" c="var(--mantine-color-text)" truncate>
              {user.name}
            </Text>
            <Text size="xs">{user.is_guest ? strings.menu.guestHint : user.email}</Text>
          </Menu.Label>
          {user.is_guest && (
            <Menu.Item component={Link} to="/signup" leftSection={<IconUserPlus size={16} aria-hidden />}>
              {strings.menu.keep}
            </Menu.Item>
          )}
          <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} aria-hidden />}>
            {strings.menu.settings}
          </Menu.Item>
          {user.role !== "user" && (
            <Menu.Item
              component={Link}
              to="/staff/providers"
              leftSection={<IconPlugConnected size={16} aria-hidden />}
            >
              {strings.menu.providers}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => (user.is_guest ? setAsking(true) : leave())}
          >
            {strings.menu.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <GuestLeaveDialog opened={asking} onClose={() => setAsking(false)} onLeave={leave} />
    </>
  );
}
