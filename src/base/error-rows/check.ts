import { type ErrorRow, row } from "./error-row.ts";

export const checkErrors = {
} as const;
