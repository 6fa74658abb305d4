// Secrets are redacted by value: whatever text they end up in, the journal, a
// log or a page shows the name and not the value. The register is one per
// process on purpose: a value that is secret to one run is secret to all.

interface Secret {
  readonly name: string;
  readonly forms: readonly string[];
}

/** A value shorter than this would be found by chance in ordinary text, so it is not registered. */
const shortestSecret = 8;
const registered = new Map<string, Secret>();
let forms: readonly (readonly [form: string, name: string])[] = [];

/**
 * Reads a secret from the environment and has it redacted everywhere from now on.
 *
 * @returns its value, or undefined when the variable is not set.
 */
export function secret(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const value = env[name];
  if (value !== undefined) registerSecret(name, value);
  return value;
}

/** Has a value redacted from now on: as it is, in base64, URL-encoded and as it stands inside JSON. */
export function registerSecret(name: string, value: string): void {
  if (value.length < shortestSecret || registered.get(value)?.name === name) return;
  const base64 = Buffer.from(value).toString("base64").replace(/=+$/, "");
  const all = new Set([value, base64, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
  registered.set(value, { name, forms: [...all] });
  forms = [...registered.values()]
    .flatMap((it) => it.forms.map((form) => [form, it.name] as const))
    .sort((a, b) => b[0].length - a[0].length);
}

/** The text without any registered secret; the same text when it holds none. */
export function redact(text: string): string {
  if (forms.length === 0) return text;
  let clean = text;
  for (const [form, name] of forms) {
    if (clean.includes(form)) clean = clean.replaceAll(form, `«secret ${name}»`);
  }
  return clean;
}

/** Bytes without any registered secret. Bytes that hold none are returned as they are. */
export function redactBytes(bytes: Uint8Array): Uint8Array {
  if (forms.length === 0) return bytes;
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!forms.some(([form]) => held.includes(form))) return bytes;
  return Buffer.from(redact(held.toString("latin1")), "latin1");
}
