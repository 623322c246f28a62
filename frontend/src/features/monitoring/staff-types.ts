import type { components } from "../../lib/api-schema";

type Schemas = components["schemas"];

export type StaffQueues = Schemas["StaffQueues"];
export type StaffQueue = StaffQueues["items"][number];
export type Workers = Schemas["Workers"];
export type Worker = Workers["items"][number];
export type Run = Worker["runs"][number];
export type Course = Schemas["Course"];
export type TypeFigures = Schemas["Types"]["items"][number];
export type AuditEntry = Schemas["AuditEntry"];
export type Person = Schemas["Person"];
export type Role = Person["role"];

export const SPANS = ["hour", "day", "month"] as const;
export type Span = (typeof SPANS)[number];
