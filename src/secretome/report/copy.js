// Gives everything that is fit to paste a button that copies it. Without this script the sentences stand as they are.
(() => {
  "use strict";
  const SHOWN_FOR = 2000; // milliseconds
  let said;

  function say(text) {
    said.textContent = "";
    // A live region speaks when its text changes, so the same word twice needs an empty moment between.
    setTimeout(() => { said.textContent = text; }, 50);
  }

  function select(item, button) {
    const range = document.createRange();
    range.selectNodeContents(item);
    range.setEndBefore(button);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return selection;
  }

  // A page opened from disk may have no clipboard: then the sentence is selected and copied as a reader would.
  function copySelected(item, button, text) {
    const selection = select(item, button);
    const plain = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", plain);
    let copied = false;
    try {
      copied = document.execCommand("copy");
    } catch {
      copied = false;
    }
    document.removeEventListener("copy", plain);
    if (copied) selection.removeAllRanges();
    return copied;
  }

  async function copy(item, button, text) {
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch {
      copied = copySelected(item, button, text);
    }
    label(button, copied ? "Copied" : "Selected", text);
    say(copied ? "Copied" : "Selected, not copied: press Control C, or Command C");
    setTimeout(() => label(button, "Copy", text), SHOWN_FOR);
  }

  function label(button, word, text) {
    button.textContent = word;
    button.setAttribute("aria-label", `${word}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
  }

  function start() {
    said = document.createElement("div");
    said.className = "copy-said";
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");
    document.body.append(said);
    for (const item of document.querySelectorAll("ul.paste > li, p.paste")) {
      const text = item.textContent.trim();
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      label(button, "Copy", text);
      button.addEventListener("click", () => copy(item, button, text));
      item.append(" ", button);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
