import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { ApiProblem } from "../../../lib/api-problem";
import { createQueryClient } from "../../../lib/query-client";
import { PromptBox } from "./PromptBox";

function show(onSubmit: (instructions: string) => Promise<void>, examples: string[] = []) {
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <PromptBox onSubmit={onSubmit} examples={examples} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "What shall we draw?" });
}

describe("the prompt box", () => {
  it("sends on Enter, begins a new line on Shift + Enter, and is empty afterwards", async () => {
    const onSubmit = vi.fn(() => Promise.resolve());
    const box = show(onSubmit);
    await userEvent.type(box, " A -> B{Shift>}{Enter}{/Shift}B -> C{Enter}");
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith("A -> B\nB -> C");
    await waitFor(() => expect(box.value).toBe(""));
  });

  it("keeps the text and says why when it is refused", async () => {
    const box = show(() =>
      Promise.reject(new ApiProblem(429, "too_many_requests", "Wait a minute, please.")),
    );
    await userEvent.type(box, "A -> B{Enter}");
    expect((await screen.findByRole("alert")).textContent).toBe("Wait a minute, please.");
    expect(box.value).toBe("A -> B");
    expect(box.getAttribute("aria-invalid")).toBe("true");
  });

  it("sends once, however often one clicks while it is on its way", async () => {
    let answer: () => void = () => undefined;
    const onSubmit = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const box = show(onSubmit);
    await userEvent.type(box, "A -> B{Enter}{Enter}{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
    answer();
    await waitFor(() => expect(box.value).toBe(""));
  });

  it("does not send while a letter is being composed", async () => {
    const onSubmit = vi.fn(() => Promise.resolve());
    const box = show(onSubmit);
    await userEvent.type(box, "図");
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }));
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it("says what is missing when there is nothing to send", async () => {
    const onSubmit = vi.fn(() => Promise.resolve());
    const box = show(onSubmit);
    await userEvent.type(box, "   {Enter}");
    expect(screen.getByRole("alert").textContent).toBe("Write what to draw first.");
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it("sends an example that is clicked", async () => {
    const onSubmit = vi.fn(() => Promise.resolve());
    show(onSubmit, ["Plan -> Build -> Ship"]);
    await userEvent.click(screen.getByRole("button", { name: "Plan -> Build -> Ship" }));
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith("Plan -> Build -> Ship");
  });
});
