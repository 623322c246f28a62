import { act, render, screen } from "@testing-library/react";
import { MantineProvider } from "@mantine/core";
import { expect, test } from "vitest";

import { NewVersion } from "../components/ui/NewVersion";
import { useDraft } from "./use-draft";
import { noteServerVersion } from "./version";

function draw(element: React.ReactElement) {
  return render(element, { wrapper: ({ children }) => <MantineProvider>{children}</MantineProvider> });
}

test("a page says that it is older, only then, and offers to reload", () => {
  draw(<NewVersion />);
  act(() => noteServerVersion("0.1.0+aaaa", "aaaa"));
  act(() => noteServerVersion("0.1.0", "aaaa")); // a server without a page
  act(() => noteServerVersion("0.1.0+bbbb", null)); // a page that was not built
  expect(screen.queryByRole("button")).toBeNull();
  act(() => noteServerVersion("0.1.0+bbbb", "aaaa"));
  expect(screen.getByRole("status").textContent).toContain("new version");
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
});

test("what is being typed is there again after a reload, and gone when it was sent", () => {
  function Box() {
    const [text, setText] = useDraft("here");
    return <input aria-label="box" value={text} onChange={(event) => setText(event.target.value)} />;
  }
  function Sender() {
    const [, setText] = useDraft("here");
    return <button onClick={() => setText("")}>send</button>;
  }
  sessionStorage.setItem("collabcanvas-draft:here", "half a sent");
  const first = draw(<Box />);
  expect(screen.getByLabelText<HTMLInputElement>("box").value).toBe("half a sent");
  first.unmount();
  draw(<Sender />);
  act(() => screen.getByRole("button").click());
  expect(sessionStorage.getItem("collabcanvas-draft:here")).toBeNull();
});
