import { type ErrorRow, row } from "./error-row.ts";

export const toolErrors = {
} as const;
