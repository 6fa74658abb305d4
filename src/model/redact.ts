// Keys out of texts (M3): by value, since a provider may repeat what it was
// sent, and by form, for keys this process does not know (a proxy's own).

import { redact } from "../base/secrets.ts";

const keyForms: readonly RegExp[] = [
  /\b(?:sk|pk|rk)-[A-Za-z0-9_*-]{6,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  // User and password of a URL.
  /(?<=:\/\/)[^/\s@]+@/g,
];

/** The text without registered secrets, and without what looks like a key. */
export function redactKeys(text: string): string {
  return keyForms.reduce((clean, form) => clean.replace(form, "[redacted]"), redact(text));
}
