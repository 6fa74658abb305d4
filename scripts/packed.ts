// Packs the package as it would be published and installs the tarball, with its
// dependencies, in an empty folder.

import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const timeoutMs = 5 * 60_000;

/** The Node that runs this, first on the path: `npx` and shebangs use it. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
  FIREBREAK_LIVE_MODELS: "0",
  NO_COLOR: "1",
};

/** Runs a command to its end, without input. @throws with what it printed when it fails. */
export function run(cwd: string, command: string, ...args: string[]): string {
  const ended = spawnSync(command, args, {
    cwd,
    env: environment,
    encoding: "utf8",
    timeout: timeoutMs,
    input: "",
  });
  const said = `${ended.stdout}${ended.stderr}`;
  if (ended.status !== 0) {
    throw new Error(
      `\`${[command, ...args].join(" ")}\` ended with ${ended.status ?? ended.signal}\n${said}`,
    );
  }
  return said;
}

export interface Installed {
  /** The empty folder's successor: holds package.json and node_modules. */
  readonly folder: string;
  readonly tarball: string;
  /** Paths inside the tarball. */
  readonly files: readonly string[];
}

/** Packs (which builds) and installs into a new folder below the system's temporary one. */
export function installPacked(): Installed {
  const home = mkdtempSync(join(tmpdir(), "firebreak-pack-"));
  const packed = run(root, "npm", "pack", "--pack-destination", home);
  const name = globSync("*.tgz", { cwd: home })[0];
  if (name === undefined) throw new Error(`npm pack left no tarball\n${packed}`);
  const tarball = join(home, name);
  const files = run(home, "tar", "-tzf", tarball)
    .trim()
    .split("\n")
    .map((it) => it.replace(/^package\//, ""));
  const folder = join(home, "empty");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", tarball);
  return { folder, tarball, files };
}
