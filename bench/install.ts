// What `npm install firebreak` brings: measured on the packed tarball in an empty folder.

import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { packageFacts } from "../scripts/package-facts.ts";
import { installPacked } from "../scripts/packed.ts";
import type { Workload } from "./workload.ts";

const limits = { megabytes: 30, packages: 35 };

export const install: Workload = {
  id: "install",
  measure: () => {
    const { folder, tarball } = installPacked();
    const { megabytes, packages, withInstallScript } = packageFacts(folder);
    rmSync(dirname(tarball), { recursive: true });
    const scripts = withInstallScript.length;
    return Promise.resolve([
      {
        id: "install",
        what: "size",
        unit: "MB",
        ours: megabytes,
        bar: "≤ 30 MB",
        met: megabytes <= limits.megabytes,
      },
      {
        id: "install",
        what: "packages",
        unit: "",
        ours: packages,
        bar: "≤ 35",
        met: packages <= limits.packages,
      },
      { id: "install", what: "install scripts", unit: "", ours: scripts, bar: "0", met: scripts === 0 },
    ]);
  },
};
