import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// happy-dom has no font loading; growing text areas measure again when a font has arrived.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

// How long to wait for what should come at once: a bound on hanging, on a machine that is busy with other tests.
configure({ asyncUtilTimeout: 5_000 });

afterEach(cleanup);
