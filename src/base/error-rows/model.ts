import { type ErrorRow, row } from "./error-row.ts";

export const modelErrors = {
} as const;
