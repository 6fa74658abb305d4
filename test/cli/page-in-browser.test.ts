// What a person gets is what a browser makes of the page: it may load something from elsewhere, report an error, be wider
// than its window, hide what was rejected, or mark the wrong steps. Provoked in a real Chromium, where there is one.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { renderPage } from "../../src/cli/html-page.ts";
import { traceRun } from "../../src/journal/trace.ts";
import { leadFinding } from "../journal/run-events.ts";

const browser = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((it) => join(it, "chromium"))
  .find((it) => existsSync(it));

test(
  "the page opens in a browser alone: no request, no error, no sideways scrolling, the caught mistake in view, what rests on a step marked",
  { skip: browser === undefined ? "there is no chromium on the PATH" : false },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "firebreak-page-"));
    const file = join(folder, "page.html");
    const trace = traceRun(leadFinding().list);
    writeFileSync(file, renderPage(trace.view, { trace }));
    const running = await chromium.launch({ executablePath: browser!, args: ["--no-sandbox"] });
    try {
      const page = await running.newPage({ viewport: { width: 700, height: 900 } });
      const asked: string[] = [];
      const errors: string[] = [];
      page.on("request", (it) => asked.push(it.url()));
      page.on("console", (it) => errors.push(it.text()));
      page.on("pageerror", (it) => errors.push(it.message));
      await page.goto(pathToFileURL(file).href);
      assert.deepEqual(asked, [pathToFileURL(file).href]);
      assert.deepEqual(errors, []);
      const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(Number(wide) <= 0, `${String(wide)} px too wide`);
      assert.match(await page.locator("body").innerText(), /Caught/i);
      await page.evaluate("document.querySelector('.blast').open = true");
      await page.locator("li.sure").first().waitFor({ state: "attached" });
      assert.equal(await page.locator("li.sure").count(), 6, "what rests on the first step is marked");
      await page.evaluate("document.querySelector('.blast').open = false");
      await page.locator("li.sure").first().waitFor({ state: "detached" });
    } finally {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
