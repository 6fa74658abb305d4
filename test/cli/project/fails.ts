// A workflow that fails until its cause is mended.

import { existsSync } from "node:fs";
import { workflow } from "firebreak";

export default workflow({
  name: "fails",
  async run(ctx) {
    await ctx.step("fine", {}, () => "kept");
    return ctx.step("pump", {}, () => {
      if (!existsSync(process.env["MENDED"] ?? "")) throw new Error("the pump is broken");
      return "works";
    });
  },
});
