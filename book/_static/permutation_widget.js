// Assign animals to two groups and see the exact null distribution of Mann-Whitney's U over all permutations.
(() => {
  "use strict";
  const MAX_ANIMALS = 12; // in both groups: at most 924 permutations, and every animal fits on a phone
  const MAX_CHARACTERS = 6; // characters of a value that a tile can show
  const SVG = "http://www.w3.org/2000/svg";
  const EXAMPLES = [
    { name: "Four and four", treated: "34 47 52 61", control: "18 25 29 38" },
    { name: "Three and three", treated: "31 36 44", control: "12 19 27" },
    { name: "Five and five, below a limit", treated: "<16 28 40 55 61", control: "<16 <16 <16 24 31" },
    { name: "Six and six, titres", treated: "16 32 32 64 64 128", control: "8 16 16 32 32 64" },
    { name: "Six and five, above a limit", treated: ">300 >300 >300 >300 271 >300", control: "22 75 >300 163 18" },
  ];
  const SIDES = {
    both: { label: "Two-sided", words: "at least this far from the middle", distance: (d) => Math.abs(d) },
    greater: { label: "Treated higher", words: "at least this high", distance: (d) => d },
    less: { label: "Treated lower", words: "at least this low", distance: (d) => -d },
  };
  const TEMPLATE = `
    <div class="permutation-bar">
      <label>Example <select class="permutation-start"></select></label>
      <button type="button" data-do="random">Assign at random</button>
      <button type="button" data-do="swap">Swap the groups</button>
      <button type="button" data-do="again">Reset</button>
    </div>
    <p class="permutation-help" id="permutation-help">Drag an animal into the other group, or click it. With the keyboard: the left and right arrows choose an animal, the up and down
      arrows move it to the upper or lower group, and Enter moves it to the other group.</p>
    <svg class="permutation-lines" aria-hidden="true"></svg>
    <div class="permutation-lanes" role="group" aria-label="Animals in the order of their values" aria-describedby="permutation-help">
      <div class="permutation-lane" data-lane="treated"><span class="permutation-name">Treated</span> <span class="permutation-n"></span></div>
      <div class="permutation-lane" data-lane="control"><span class="permutation-name">Control</span> <span class="permutation-n"></span></div>
    </div>
    <p class="permutation-caption" aria-hidden="true">ranks; equal values share a rank</p>
    <p class="permutation-status" role="status"></p>
    <svg class="permutation-null" role="img"></svg>
    <p class="permutation-caption" aria-hidden="true">U: the number of pairs of a treated and a control animal in which the treated animal is higher; a tie counts one half</p>
    <p class="permutation-sentence"></p>
    <table class="permutation-numbers">
      <caption>Test results for this assignment</caption>
      <thead><tr><th scope="col">Alternative</th><th scope="col">p</th><th scope="col">mid-p</th><th scope="col">minimum p</th></tr></thead>
      <tbody></tbody>
    </table>
    <p class="permutation-note"></p>
    <details class="permutation-table"><summary>The null distribution as a table</summary>
      <table><caption>Number of permutations for each value of U</caption>
        <thead><tr><th scope="col">U</th><th scope="col">Permutations</th><th scope="col">Share</th><th scope="col">Counted in p</th></tr></thead><tbody></tbody></table>
    </details>
    <details class="permutation-values"><summary>Enter your values</summary>
      <form novalidate>
        <p id="permutation-input-help">Up to ${MAX_ANIMALS} values in total, separated by spaces. Write <code>&lt;16</code> for a value below the limit of the assay and
          <code>&gt;300</code> for a value above it. The values stay on this page.</p>
        <label>Treated <input name="treated" autocomplete="off" aria-describedby="permutation-input-help permutation-error"></label>
        <label>Control <input name="control" autocomplete="off" aria-describedby="permutation-input-help permutation-error"></label>
        <p class="permutation-error" id="permutation-error" role="alert"></p>
        <button type="submit">Use these values</button>
      </form>
    </details>`;

  // ---- Arithmetic: all numbers are integers, because ranks are doubled.

  /** The doubled midranks of sorted animals. */
  function doubledRanks(animals) {
    const same = (a, b) => a.value === b.value && a.beyond === b.beyond;
    return animals.map((animal) => {
      const first = animals.findIndex((other) => same(animal, other));
      const last = animals.findLastIndex((other) => same(animal, other));
      return first + last + 2;
    });
  }

  /** The number of ways to choose `size` animals, for each sum of doubled ranks. */
  function countPermutations(ranks, size) {
    const ways = Array.from({ length: size + 1 }, () => new Map());
    ways[0].set(0, 1);
    for (const rank of ranks) {
      for (let taken = size; taken > 0; taken--) {
        for (const [sum, number] of ways[taken - 1]) {
          ways[taken].set(sum + rank, (ways[taken].get(sum + rank) ?? 0) + number);
        }
      }
    }
    return [...ways[size]].sort((a, b) => a[0] - b[0]);
  }

  /** Everything shown: U, its null distribution, and for each side p, mid-p and the smallest p. */
  function count(animals, treated) {
    const ranks = doubledRanks(animals);
    const m = treated.filter(Boolean).length;
    const n = animals.length - m;
    const sum = ranks.reduce((total, rank, i) => total + (treated[i] ? rank : 0), 0);
    const middle = m * (m + n + 1);
    const u = (doubled) => (doubled - m * (m + 1)) / 2;
    const permutations = countPermutations(ranks, m);
    const total = permutations.reduce((all, [, number]) => all + number, 0);
    const sides = {};
    for (const [name, { distance }] of Object.entries(SIDES)) {
      const observed = distance(sum - middle);
      const far = (least) => permutations.reduce((all, [s, number]) => all + (distance(s - middle) >= least ? number : 0), 0);
      const highest = Math.max(...permutations.map(([s]) => distance(s - middle)));
      const counted = far(observed);
      sides[name] = { counted, mid: counted - (counted - far(observed + 1)) / 2, least: far(highest), within: (s) => distance(s - middle) >= observed };
    }
    return { ranks, m, n, pairs: m * n, u: u(sum), total, sides, null: permutations.map(([s, number]) => ({ s, u: u(s), number })) };
  }

  /** An error with a code, whose message is shown to the reader. */
  function problem(code, message) {
    return Object.assign(new Error(message), { code });
  }

  /** The sorted animals and their groups from two lines of text; throws a `problem` if they cannot be used. */
  function read(texts) {
    const animals = [];
    for (const [group, name] of [["treated", "Treated"], ["control", "Control"]]) {
      for (const word of texts[group].trim().replace(/([<>])\s+/g, "$1").split(/[;,]?\s+|;/).filter(Boolean)) {
        const match = /^([<>]?)(-?\d+(?:\.\d+)?)$/.exec(word);
        if (/^[<>]?-?\d+(,\d+)+$/.test(word)) throw problem("decimal-comma", `${name} holds ${word}: write a point for decimals, and spaces between values.`);
        if (!match) throw problem("not-a-number", `${name} holds “${word}”, which is not a number. Write a value as 12, 12.5, <16 or >300.`);
        if (word.length > MAX_CHARACTERS) throw problem("too-long", `${name} holds ${word}: a value can have at most ${MAX_CHARACTERS} characters. Round it.`);
        animals.push({ text: word, value: Number(match[2]), beyond: { "<": -1, "": 0, ">": 1 }[match[1]], treated: group === "treated" });
      }
      if (!animals.some((animal) => animal.treated === (group === "treated"))) throw problem("empty", `${name} is empty: a group needs at least one animal.`);
    }
    if (animals.length > MAX_ANIMALS) throw problem("too-many", `There are ${animals.length} values. Enter at most ${MAX_ANIMALS}.`);
    for (const limit of animals.filter((animal) => animal.beyond)) {
      const other = animals.find((animal) => (animal.value - limit.value) * limit.beyond > 0 || (animal.beyond === limit.beyond && animal.value !== limit.value));
      if (other) throw problem("unordered", `${limit.text} and ${other.text} cannot be ordered: no value may lie beyond a limit, and there may be one lower and one upper limit.`);
    }
    return animals.sort((a, b) => a.value - b.value || a.beyond - b.beyond);
  }

  const formatP = (p) => (p >= 0.1 ? p.toFixed(3).replace(/\.?0+$/, "") : p.toPrecision(3));

  // ---- The page.

  function start(root) {
    root.innerHTML = TEMPLATE;
    const find = (selector) => root.querySelector(selector);
    const lanes = find(".permutation-lanes");
    const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    let animals, treated, side = "both", tiles, current = 0, drag = null, wasDragged = false;

    function draw(tag, attributes, parent, text = "") {
      const element = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.textContent = text;
      parent.append(element);
      return element;
    }

    function loadValues(texts) {
      const sorted = read(texts);
      animals = sorted;
      treated = sorted.map((animal) => animal.treated);
      current = 0;
      placeTiles();
      show();
    }

    /** One button for each animal, in its column; and the ranks below, one bracket for each value. */
    function placeTiles() {
      lanes.querySelectorAll("button, .permutation-rank").forEach((element) => element.remove());
      lanes.style.setProperty("--animals", animals.length);
      lanes.toggleAttribute("data-many", animals.length > 8 && animals.some((animal) => animal.text.length > 3));
      const ranks = doubledRanks(animals);
      tiles = animals.map((animal, i) => {
        const tile = document.createElement("button");
        tile.type = "button";
        tile.className = "permutation-tile";
        tile.style.gridColumn = i + 1;
        tile.append(Object.assign(document.createElement("span"), { textContent: animal.text }));
        lanes.append(tile);
        return tile;
      });
      ranks.forEach((rank, i) => {
        if (i && ranks[i - 1] === rank) return;
        const mark = document.createElement("span");
        mark.className = "permutation-rank";
        mark.setAttribute("aria-hidden", "true");
        mark.style.gridColumn = `${i + 1} / span ${ranks.filter((other) => other === rank).length}`;
        mark.textContent = rank / 2;
        lanes.append(mark);
      });
    }

    function show() {
      const result = count(animals, treated);
      tiles.forEach((tile, i) => {
        const group = treated[i] ? "treated" : "control";
        tile.dataset.group = group;
        tile.tabIndex = i === current ? 0 : -1;
        tile.setAttribute("aria-label", `${animals[i].text}, ${group}, rank ${result.ranks[i] / 2}`);
      });
      for (const lane of lanes.querySelectorAll(".permutation-lane")) {
        lane.querySelector(".permutation-n").textContent = `n = ${lane.dataset.lane === "treated" ? result.m : result.n}`;
      }
      drawLines();
      histogram(result);
      numbers(result);
      return result;
    }

    /** Lines from the values to their ranks: a rank test does not use the distances between values. */
    function drawLines() {
      const svg = find(".permutation-lines");
      const width = lanes.clientWidth, height = 96, line = 44, pad = 48;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.replaceChildren();
      const values = animals.map((animal) => animal.value);
      const low = Math.min(...values), high = Math.max(...values);
      const x = (value) => (high > low ? pad + ((value - low) / (high - low)) * (width - 2 * pad) : width / 2);
      draw("line", { x1: pad - 8, x2: width - pad + 8, y1: line, y2: line, class: "permutation-axis" }, svg);
      animals.forEach((animal, i) => {
        const group = treated[i] ? "treated" : "control";
        const same = animals.filter((other) => other.value === animal.value);
        const above = same.indexOf(animal) * Math.min(8, 30 / same.length);
        const from = x(animal.value), to = ((i + 0.5) / animals.length) * width;
        const half = (line + height) / 2;
        draw("path", { d: `M${from} ${line} C${from} ${half} ${to} ${half} ${to} ${height}`, class: `permutation-line ${group}` }, svg);
        draw("circle", { cx: from, cy: line - 7 - above, r: 4, class: `permutation-dot ${group}` }, svg);
      });
      const ends = high > low ? [[low, 0, "start"], [high, width, "end"]] : [[low, 0, "start"]];
      for (const [value, at, anchor] of ends) draw("text", { x: at, y: line + 4, "text-anchor": anchor, class: "permutation-label" }, svg, value);
    }

    function histogram(result) {
      const svg = find(".permutation-null");
      const width = Math.max(280, svg.parentElement.clientWidth), height = 240;
      const box = { left: 36, right: width - 12, top: 34, bottom: height - 28 };
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.replaceChildren();
      const integers = result.null.every(({ u }) => Number.isInteger(u));
      const step = integers ? 1 : 0.5;
      const x = (u) => box.left + ((u + step) / (result.pairs + 2 * step)) * (box.right - box.left);
      const top = Math.max(...result.null.map(({ number }) => number));
      const y = (number) => box.bottom - (number / top) * (box.bottom - box.top);
      const bar = Math.max(3, (x(step) - x(0)) * 0.82);
      for (const tick of new Set([top, top > 3 ? Math.round(top / 2) : top])) {
        draw("line", { x1: box.left, x2: box.right, y1: y(tick), y2: y(tick), class: "permutation-grid" }, svg);
        draw("text", { x: box.left - 6, y: y(tick) + 4, "text-anchor": "end", class: "permutation-label" }, svg, tick);
      }
      draw("text", { x: 0, y: 12, class: "permutation-label" }, svg, "permutations");
      for (const { s, u, number } of result.null) {
        const classes = `permutation-column${result.sides[side].within(s) ? " counted" : ""}${u === result.u ? " here" : ""}`;
        draw("rect", { x: x(u) - bar / 2, y: y(number), width: bar, height: box.bottom - y(number), class: classes }, svg);
      }
      draw("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, class: "permutation-axis" }, svg);
      for (const u of new Set([0, result.pairs / 2, result.pairs])) {
        draw("text", { x: x(u), y: box.bottom + 18, "text-anchor": "middle", class: "permutation-label" }, svg, u);
      }
      const at = x(result.u);
      draw("line", { x1: at, x2: at, y1: 18, y2: box.bottom, class: "permutation-observed" }, svg);
      const anchor = at > width - 60 ? "end" : at < 90 ? "start" : "middle";
      draw("text", { x: anchor === "start" ? Math.max(at - 8, 48) : anchor === "end" ? at + 8 : at, y: 12, "text-anchor": anchor, class: "permutation-label strong" }, svg, `U = ${result.u}`);
      svg.setAttribute("aria-label", `The null distribution of U. ${sentence(result)} The table below lists all bars.`);
    }

    function sentence(result) {
      const { counted } = result.sides[side];
      const middle = side === "both" ? ` (${result.pairs / 2})` : "";
      return `U is ${result.u} of ${result.pairs}. There are ${result.total} ways to assign these ${animals.length} animals to groups of ${result.m} and ${result.n}. `
        + `In ${counted} of them U lies ${SIDES[side].words}${middle}: p = ${counted}/${result.total} = ${formatP(counted / result.total)}.`;
    }

    function numbers(result) {
      find(".permutation-sentence").textContent = sentence(result);
      const body = find(".permutation-numbers tbody");
      for (const [name, { label }] of Object.entries(SIDES)) {
        let row = body.querySelector(`[data-side="${name}"]`);
        if (!row) {
          // Made once, so that a radio button keeps its focus.
          body.insertAdjacentHTML("beforeend", `<tr data-side="${name}"><th scope="row"><label><input type="radio" name="permutation-side" value="${name}"> ${label}</label></th>
            <td data-number="pvalue"></td><td data-number="midp"></td><td data-number="min_pvalue"></td></tr>`);
          row = body.lastElementChild;
        }
        row.classList.toggle("chosen", name === side);
        row.querySelector("input").checked = name === side;
        const { counted, mid, least } = result.sides[name];
        for (const [number, permutations] of [["pvalue", counted], ["midp", mid], ["min_pvalue", least]]) {
          const cell = row.querySelector(`[data-number="${number}"]`);
          cell.dataset.value = permutations / result.total;
          cell.replaceChildren(formatP(permutations / result.total), " ", Object.assign(document.createElement("small"), { textContent: `${permutations}/${result.total}` }));
        }
      }
      root.dataset.u = result.u;
      const least = result.sides[side].least / result.total;
      find(".permutation-note").textContent = least > 0.05 ? `No assignment of these animals to groups of ${result.m} and ${result.n} can give p ≤ 0.05: the minimum attainable p is ${formatP(least)}.` : "";
      find(".permutation-table tbody").replaceChildren(...result.null.map(({ s, u, number }) => {
        const row = document.createElement("tr");
        const within = result.sides[side].within(s) ? "yes" : "no";
        [u === result.u ? `${u} (yours)` : u, number, formatP(number / result.total), within].forEach((text) => {
          row.append(Object.assign(document.createElement("td"), { textContent: text }));
        });
        return row;
      }));
    }

    function setStatus(text) { find(".permutation-status").textContent = text; }

    function announce(what) {
      const result = show();
      const p = result.sides[side].counted / result.total;
      setStatus(`${what} ${result.m} treated, ${result.n} control. U = ${result.u} of ${result.pairs}, p = ${formatP(p)} (${SIDES[side].label.toLowerCase()}).`);
    }

    /** Move an animal to a group, with an animation from where it was dropped. */
    function move(i, to, from = tiles[i].getBoundingClientRect()) {
      tiles[i].style.translate = "";
      if (treated[i] !== to && treated.filter((isTreated) => isTreated !== to).length === 1) {
        setStatus(`${animals[i].text} was not moved: a group needs at least one animal.`);
      } else if (treated[i] !== to) {
        treated[i] = to;
        announce(`${animals[i].text} is now ${to ? "treated" : "control"}.`);
      }
      glide(tiles[i], from);
    }

    function glide(tile, from) {
      const now = tile.getBoundingClientRect();
      if (reducedMotion.matches || (from.x === now.x && from.y === now.y)) return;
      tile.animate([{ translate: `${from.x - now.x}px ${from.y - now.y}px` }, { translate: "0 0" }], { duration: 220, easing: "cubic-bezier(.2, .8, .3, 1)" });
    }

    function focus(i) {
      current = Math.max(0, Math.min(animals.length - 1, i));
      tiles.forEach((tile, j) => { tile.tabIndex = j === current ? 0 : -1; });
      tiles[current].focus();
    }

    lanes.addEventListener("keydown", (event) => {
      const i = tiles.indexOf(event.target);
      if (i < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
      const act = {
        ArrowLeft: () => focus(i - 1), ArrowRight: () => focus(i + 1), Home: () => focus(0), End: () => focus(animals.length - 1),
        ArrowUp: () => move(i, true), ArrowDown: () => move(i, false), Escape: () => cancelDrag(),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });

    lanes.addEventListener("click", (event) => {
      const i = tiles.indexOf(event.target.closest(".permutation-tile"));
      if (i < 0 || wasDragged) return; // a drag ends with a click event
      current = i;
      move(i, !treated[i]);
    });

    function cancelDrag() {
      if (!drag) return;
      tiles[drag.i].style.translate = "";
      tiles[drag.i].classList.remove("dragged");
      lanes.querySelectorAll(".permutation-lane").forEach((lane) => lane.classList.remove("over"));
      drag = null;
    }

    /** The lane under a height on the screen. */
    const upper = (height) => height < lanes.querySelector('[data-lane="control"]').getBoundingClientRect().top;

    lanes.addEventListener("pointerdown", (event) => {
      const i = tiles.indexOf(event.target.closest(".permutation-tile"));
      wasDragged = false;
      if (i < 0 || event.button || drag) return;
      drag = { i, x: event.clientX, y: event.clientY, pointer: event.pointerId, moved: false };
      tiles[i].setPointerCapture(event.pointerId);
    });

    lanes.addEventListener("pointermove", (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < 5) return;
      drag.moved = true;
      tiles[drag.i].classList.add("dragged");
      tiles[drag.i].style.translate = `${dx}px ${dy}px`;
      for (const lane of lanes.querySelectorAll(".permutation-lane")) lane.classList.toggle("over", (lane.dataset.lane === "treated") === upper(event.clientY));
    });

    lanes.addEventListener("pointerup", (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const { i, moved } = drag;
      const from = tiles[i].getBoundingClientRect();
      cancelDrag();
      if (!moved) return;
      wasDragged = true;
      current = i;
      move(i, upper(event.clientY), from);
    });

    lanes.addEventListener("pointercancel", cancelDrag);

    root.querySelector(".permutation-bar").addEventListener("click", (event) => {
      const places = tiles.map((tile) => tile.getBoundingClientRect());
      const act = {
        random() {
          // Fisher-Yates shuffle; the group sizes do not change.
          for (let i = treated.length - 1; i > 0; i--) {
            const j = Math.floor(Math.random() * (i + 1));
            [treated[i], treated[j]] = [treated[j], treated[i]];
          }
          announce("Animals assigned at random.");
        },
        swap() {
          treated = treated.map((isTreated) => !isTreated);
          announce("The groups are swapped.");
        },
        again() {
          treated = animals.map((animal) => animal.treated);
          announce("Reset.");
        },
      }[event.target.dataset.do];
      if (!act) return;
      act();
      tiles.forEach((tile, i) => glide(tile, places[i]));
    });

    find(".permutation-start").addEventListener("change", (event) => {
      loadValues(EXAMPLES[event.target.value]);
      announce(`${EXAMPLES[event.target.value].name}.`);
    });

    root.addEventListener("change", (event) => {
      if (event.target.name !== "permutation-side") return;
      side = event.target.value;
      announce(`${SIDES[side].label}.`);
    });

    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { treated: first, control: second } = event.target.elements;
      const wrong = find(".permutation-error");
      try {
        loadValues({ treated: first.value, control: second.value });
        wrong.textContent = "";
        delete wrong.dataset.code;
        announce("Your values.");
      } catch (error) {
        wrong.textContent = error.message;
        wrong.dataset.code = error.code;
      }
    });

    EXAMPLES.forEach(({ name }, i) => find(".permutation-start").append(new Option(name, i)));
    find("[name=treated]").value = EXAMPLES[0].treated;
    find("[name=control]").value = EXAMPLES[0].control;
    loadValues(EXAMPLES[0]);
    new ResizeObserver(() => show()).observe(root);
  }

  document.querySelectorAll(".permutation").forEach(start);
})();
