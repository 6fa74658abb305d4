// What installing the package brings with it, read from an installation.

import { globSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface PackageFacts {
  /** Sizes of all files below node_modules, in MB of 1,000,000 bytes. */
  readonly megabytes: number;
  /** Packages installed, ours among them. */
  readonly packages: number;
  /** Packages that npm would run a script of at install. */
  readonly withInstallScript: readonly string[];
}

const installScripts = ["preinstall", "install", "postinstall"];

/** Reads `<folder>/node_modules`. */
export function packageFacts(folder: string): PackageFacts {
  const modules = join(folder, "node_modules");
  const manifests = globSync(["*/package.json", "@*/*/package.json", "**/node_modules/*/package.json"], {
    cwd: modules,
  });
  const named = manifests
    .map((path) => ({ path, manifest: readManifest(join(modules, path)) }))
    .filter((it) => it.manifest.name !== undefined && it.manifest.version !== undefined);
  const scripted = named.filter(({ path, manifest }) => {
    const hasGyp = globSync("binding.gyp", { cwd: join(modules, path, "..") }).length > 0;
    return hasGyp || installScripts.some((it) => manifest.scripts?.[it] !== undefined);
  });
  const bytes = globSync("**/*", { cwd: modules }).reduce(
    (sum, path) => sum + sizeOf(join(modules, path)),
    0,
  );
  return {
    megabytes: bytes / 1e6,
    packages: named.length,
    withInstallScript: scripted.map((it) => it.manifest.name ?? it.path),
  };
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

function sizeOf(path: string): number {
  const stat = lstatSync(path);
  return stat.isFile() ? stat.size : 0;
}
