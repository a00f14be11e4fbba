// How often a design of the reader's would decide a claim.
import { find, list, table } from "./dom.js";
import { makeLive, value } from "./live.js";

makeLive(
  find("[data-live=power]"),
  "power",
  (form) => {
    const [study, claim] = value(form, "claim").split(" ");
    return { study, claim, sizes: value(form, "sizes"), effect: Number(value(form, "effect")) };
  },
  (result) => {
    if (result.problem) return { message: `Nothing was calculated: ${result.problem}`, nodes: [] };
    return {
      message: "Done. The table is below.",
      nodes: [table(result.caption, result.titles, result.rows), list(result.sentences)],
    };
  },
);
