// Looks for a secret where none may be: in journals, logs, pages and reports, in
// the forms in which text travels. Used with a canary, a value made up for a test.

import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where a canary was seen. */
export interface Sighting {
  /** File below the folder that was searched, or the name of the text. */
  readonly where: string;
  readonly form: string;
}

/** Shortest canary: shorter ones occur by chance. */
const shortest = 12;

/** The forms in which a value may stand: as it is, reversed into an encoding, or inside a longer encoded text. */
export function formsOf(canary: string): ReadonlyMap<string, string> {
  if (canary.length < shortest)
    throw new Error(`a canary of ${canary.length} characters occurs by chance; use ${shortest}`);
  const bytes = Buffer.from(canary, "utf8");
  const json = JSON.stringify(canary).slice(1, -1);
  const forms: [string, string][] = [
    ["plain", canary],
    ["JSON", json],
    ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
    ["URL-encoded", encodeURIComponent(canary)],
    ["form-encoded", new URLSearchParams({ v: canary }).toString().slice(2)],
    ["HTML", htmlEscape(canary)],
    ["hex", bytes.toString("hex")],
  ];
  for (const shift of [0, 1, 2]) {
    const inside = base64Inside(bytes, shift);
    forms.push([`base64 at ${shift}`, inside]);
    forms.push([`base64url at ${shift}`, inside.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  return new Map(forms);
}

/** Sightings in a text. */
export function sightingsInText(where: string, text: string, canary: string): Sighting[] {
  const seen = [...formsOf(canary)].filter(([, form]) => text.includes(form));
  return seen.map(([form]) => ({ where, form }));
}

/** Sightings in the bytes of every file of these folders, hidden ones and databases included. */
export function sightingsIn(folders: readonly string[], canary: string): Sighting[] {
  return folders.flatMap((folder) =>
    globSync(["**/*", "**/.*", "**/.*/**/*"], { cwd: folder })
      .filter((file) => statSync(join(folder, file)).isFile())
      .flatMap((file) => sightingsInFile(folder, file, canary)),
  );
}

function sightingsInFile(folder: string, file: string, canary: string): Sighting[] {
  const bytes = readFileSync(join(folder, file));
  const seen = [...formsOf(canary)].filter(([, form]) => bytes.includes(form));
  const utf16 = bytes.includes(Buffer.from(canary, "utf16le")) ? [["UTF-16", canary] as const] : [];
  const named = file.includes(canary) ? [["file name", canary] as const] : [];
  return [...seen, ...utf16, ...named].map(([form]) => ({ where: file, form }));
}

/** The base64 digits that do not depend on what stands `shift` bytes before and after: those of whole triples. */
function base64Inside(bytes: Buffer, shift: number): string {
  const skip = (3 - shift) % 3;
  const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
  return whole.toString("base64");
}

function htmlEscape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
