import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useEnsureUser } from "../session";
import { strings } from "../strings";

export function GuestButton() {
  const ensureUser = useEnsureUser();
  const navigate = useNavigate();
  const enter = useMutation({ mutationFn: ensureUser, onSuccess: () => navigate("/") });
  return (
    <>
      <Button fullWidth variant="default" loading={enter.isPending} onClick={() => enter.mutate()}>
        {strings.guest}
      </Button>
      {enter.error && <ErrorNotice error={enter.error} />}
    </>
  );
}
