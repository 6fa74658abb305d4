// The embedded engine passes its suite over each journal.

import { journalPaths } from "../journal/folder.ts";
import { engineSpec } from "../spec/engine.spec.ts";
import { embeddedHarness } from "./harness.ts";

const newPath = journalPaths();

engineSpec("embedded (memory)", () => embeddedHarness());
engineSpec("embedded (SQLite)", () => embeddedHarness({ path: newPath() }));
