// Completes package-lock.json after a package was added: npm leaves out optional
// packages of other platforms that the registry at hand does not hold, and
// `npm ci` then refuses the file. Each one named by an optionalDependencies of an
// exact version is entered with that version and its platform, without a checksum
// where none is known here: npm takes the checksum from the registry when, on
// that platform, it first installs it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Record<string, unknown>;
}

const path = join(import.meta.dirname, "../package-lock.json");
const lockfile = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
const systems = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "openharmony",
  "win32",
  "netbsd",
  "openbsd",
  "sunos",
  "aix",
];
const libraries: Readonly<Record<string, string>> = {
  gnu: "glibc",
  gnueabihf: "glibc",
  musl: "musl",
  musleabihf: "musl",
};

/** Reads the platform off a name such as `binding-linux-arm64-musl`. A package without one is for every platform. */
function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  if (words.includes("wasm32")) return { cpu: ["wasm32"] };
  const at = words.findIndex((it) => systems.includes(it));
  const [os, cpu, abi] = words.slice(at);
  if (at < 0 || os === undefined || cpu === undefined) return {};
  const libc = abi === undefined ? undefined : libraries[abi];
  return { ...(libc === undefined ? {} : { libc: [libc] }), os: [os], cpu: [cpu] };
}

let added = 0;
for (const it of Object.values(lockfile.packages) as Entry[]) {
  for (const [name, version] of Object.entries(it.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (key in lockfile.packages || !/^\d+\.\d+\.\d+/.test(version)) continue;
    const { libc, ...platform } = platformOf(name);
    lockfile.packages[key] = {
      version,
      ...(platform.cpu === undefined ? {} : { cpu: platform.cpu }),
      ...(it.dev ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc }),
      ...(it.license === undefined ? {} : { license: it.license }),
      optional: true,
      ...(platform.os === undefined ? {} : { os: platform.os }),
    };
    added += 1;
  }
}

const [own, ...others] = Object.entries(lockfile.packages);
const sorted = others.toSorted(([a], [b]) => a.localeCompare(b, "en"));
const complete = { ...lockfile, packages: Object.fromEntries(own === undefined ? sorted : [own, ...sorted]) };
if (added > 0) writeFileSync(path, `${JSON.stringify(complete, null, 2)}\n`);
console.log(`package-lock.json: ${added} packages of other platforms added.`);
