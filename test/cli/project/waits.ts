// A workflow that waits for a signal.

import { workflow } from "firebreak";
import { z } from "zod";

export default workflow({
  name: "waits",
  async run(ctx) {
    const { level } = await ctx.signal("alarm", z.object({ level: z.number() }));
    return { level };
  },
});
