import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// happy-dom has no font loading; growing text areas measure again when a font has arrived.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

afterEach(cleanup);
