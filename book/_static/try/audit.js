// Check a printed table that the reader pasted.
import { find, make, table } from "./dom.js";
import { makeLive, value } from "./live.js";

makeLive(
  find("[data-live=audit]"),
  "audit_text",
  (form) => ({ content: value(form, "content") }),
  ({ problems, title, findings, summary }) => {
    if (problems.length) {
      const rows = problems.map(
        (/** @type {import("./understood.js").Problem} */ { place, found, expected, remedy }) => [place, found, expected, remedy],
      );
      return {
        message: `The table was not checked. Problems found: ${problems.length}.`,
        nodes: [table("Problems by line", ["Line", "Found", "Expected", "What to do"], rows)],
      };
    }
    return { message: `Done. ${summary}`, nodes: [make("h3", {}, title), table("Findings", ["Outcome", "Finding"], findings)] };
  },
);
