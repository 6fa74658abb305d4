import { FirebreakError } from "../../base/errors.ts";
import { bubblewrapSandbox, detectBubblewrap } from "./bubblewrap.ts";
import { quickJsSandbox } from "./quickjs.ts";
import type { Sandbox, SandboxLevel } from "./sandbox.ts";

/**
 * A sandbox of a level. "auto" (the default) takes bubblewrap where it works, else QuickJS; the sandbox's `level` and
 * `reason` say which and why. A level asked for by name is given or refused, never replaced (X5).
 *
 * @throws SANDBOX_UNAVAILABLE
 */
export async function openSandbox(
  options: { readonly level?: "auto" | SandboxLevel } = {},
): Promise<Sandbox> {
  const level = options.level ?? "auto";
  if (level === "bubblewrap") return bubblewrapSandbox();
  if (level === "quickjs") return quickJsSandbox("asked for by name");
  if (level !== "auto")
    throw new FirebreakError("SANDBOX_UNAVAILABLE", { level, reason: "there is no such level" });
  const found = await detectBubblewrap();
  return typeof found === "string"
    ? quickJsSandbox(`bubblewrap does not work here: ${found}`)
    : bubblewrapSandbox();
}
