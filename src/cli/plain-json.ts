// Values that JSON has no form for, as JSON: for output that programs read.

/** A replacer for JSON.stringify: bigints as digits, bytes as base64. */
export function plainJson(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
