import { type ErrorRow, row } from "./error-row.ts";

export const cliErrors = {
} as const;
