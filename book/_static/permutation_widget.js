// Deal animals to two groups and see every other way to deal them: the exact null distribution of Mann-Whitney's U.
(() => {
  "use strict";
  const MOST = 12; // animals in all: 924 deals at most, and room for each on a phone
  const LONGEST = 6; // characters of a value that a tile can show
  const SVG = "http://www.w3.org/2000/svg";
  const STARTS = [
    { name: "Four and four", treated: "34 47 52 61", control: "18 25 29 38" },
    { name: "Three and three", treated: "31 36 44", control: "12 19 27" },
    { name: "Five and five, below a limit", treated: "<16 28 40 55 61", control: "<16 <16 <16 24 31" },
    { name: "Six and six, titres", treated: "16 32 32 64 64 128", control: "8 16 16 32 32 64" },
    { name: "Six and five, stopped at a limit", treated: ">300 >300 >300 >300 271 >300", control: "22 75 >300 163 18" },
  ];
  const SIDES = {
    both: { label: "Either way", words: "at least this far from the middle", distance: (d) => Math.abs(d) },
    greater: { label: "Treated higher", words: "at least this high", distance: (d) => d },
    less: { label: "Treated lower", words: "at least this low", distance: (d) => -d },
  };
  const TEMPLATE = `
    <div class="deal-bar">
      <label>Start from <select class="deal-start"></select></label>
      <button type="button" data-do="random">Deal at random</button>
      <button type="button" data-do="swap">Swap the groups</button>
      <button type="button" data-do="again">Start again</button>
    </div>
    <p class="deal-how" id="deal-how">Drag an animal into the other group, or press it. By keyboard: left and right choose an animal, up and down put it
      into the upper or lower group, Enter sends it across.</p>
    <svg class="deal-fan" aria-hidden="true"></svg>
    <div class="deal-lanes" role="group" aria-label="Animals in the order of their values" aria-describedby="deal-how">
      <div class="deal-lane" data-lane="treated"><span class="deal-name">Treated</span> <span class="deal-n"></span></div>
      <div class="deal-lane" data-lane="control"><span class="deal-name">Control</span> <span class="deal-n"></span></div>
    </div>
    <p class="deal-under" aria-hidden="true">ranks; animals of one value share theirs</p>
    <p class="deal-said" role="status"></p>
    <svg class="deal-null" role="img"></svg>
    <p class="deal-under" aria-hidden="true">U: of all pairs of a treated and a control animal, those in which the treated one is higher; a tie counts one half</p>
    <p class="deal-sentence"></p>
    <table class="deal-numbers">
      <caption>What these animals say, dealt like this</caption>
      <thead><tr><th scope="col">Deals that count</th><th scope="col">p</th><th scope="col">mid-p</th><th scope="col">smallest p</th></tr></thead>
      <tbody></tbody>
    </table>
    <p class="deal-note"></p>
    <details class="deal-table"><summary>The null distribution as a table</summary>
      <table><caption>Every value of U, and how many deals have it</caption>
        <thead><tr><th scope="col">U</th><th scope="col">Deals</th><th scope="col">Share</th><th scope="col">Counted in p</th></tr></thead><tbody></tbody></table>
    </details>
    <details class="deal-own"><summary>Type your own values</summary>
      <form novalidate>
        <p id="deal-rule">Up to ${MOST} values in all, with spaces between. Write <code>&lt;16</code> for a value below the assay's limit and
          <code>&gt;300</code> for one above it. They do not leave this page.</p>
        <label>Treated <input name="treated" autocomplete="off" aria-describedby="deal-rule deal-wrong"></label>
        <label>Control <input name="control" autocomplete="off" aria-describedby="deal-rule deal-wrong"></label>
        <p class="deal-wrong" id="deal-wrong" role="alert"></p>
        <button type="submit">Use these values</button>
      </form>
    </details>`;

  // ---- Arithmetic: integers throughout, because ranks are doubled.

  /** The doubled midranks of animals that lie in order. */
  function doubledRanks(animals) {
    const same = (a, b) => a.value === b.value && a.beyond === b.beyond;
    return animals.map((animal) => {
      const first = animals.findIndex((other) => same(animal, other));
      const last = animals.findLastIndex((other) => same(animal, other));
      return first + last + 2;
    });
  }

  /** How many deals of `size` animals have each sum of doubled ranks. */
  function countDeals(ranks, size) {
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

  /** Everything that is shown: U, its null distribution, and for each side p, mid-p and the smallest p. */
  function count(animals, treated) {
    const ranks = doubledRanks(animals);
    const m = treated.filter(Boolean).length;
    const n = animals.length - m;
    const sum = ranks.reduce((total, rank, i) => total + (treated[i] ? rank : 0), 0);
    const middle = m * (m + n + 1);
    const u = (doubled) => (doubled - m * (m + 1)) / 2;
    const deals = countDeals(ranks, m);
    const total = deals.reduce((all, [, number]) => all + number, 0);
    const sides = {};
    for (const [name, { distance }] of Object.entries(SIDES)) {
      const seen = distance(sum - middle);
      const far = (least) => deals.reduce((all, [s, number]) => all + (distance(s - middle) >= least ? number : 0), 0);
      const highest = Math.max(...deals.map(([s]) => distance(s - middle)));
      const counted = far(seen);
      sides[name] = { counted, mid: counted - (counted - far(seen + 1)) / 2, least: far(highest), within: (s) => distance(s - middle) >= seen };
    }
    return { ranks, m, n, pairs: m * n, u: u(sum), total, sides, null: deals.map(([s, number]) => ({ s, u: u(s), number })) };
  }

  /** The animals and their groups from two typed lines, in order; throws a sentence if there is none such. */
  function read(texts) {
    const animals = [];
    for (const [group, name] of [["treated", "Treated"], ["control", "Control"]]) {
      for (const word of texts[group].trim().replace(/([<>])\s+/g, "$1").split(/[;,]?\s+|;/).filter(Boolean)) {
        const found = /^([<>]?)(-?\d+(?:\.\d+)?)$/.exec(word);
        if (/^[<>]?-?\d+(,\d+)+$/.test(word)) throw new Error(`${name} holds ${word}: write a point for decimals, and spaces between values.`);
        if (!found) throw new Error(`${name} holds “${word}”, which is no number. A value is written as 12, 12.5, <16 or >300.`);
        if (word.length > LONGEST) throw new Error(`${name} holds ${word}: at most ${LONGEST} characters fit, so round it.`);
        animals.push({ text: word, value: Number(found[2]), beyond: { "<": -1, "": 0, ">": 1 }[found[1]], treated: group === "treated" });
      }
      if (!animals.some((animal) => animal.treated === (group === "treated"))) throw new Error(`${name} is empty: a group needs at least one animal.`);
    }
    if (animals.length > MOST) throw new Error(`These are ${animals.length} animals. At most ${MOST} fit.`);
    for (const limit of animals.filter((animal) => animal.beyond)) {
      const other = animals.find((animal) => (animal.value - limit.value) * limit.beyond > 0 || (animal.beyond === limit.beyond && animal.value !== limit.value));
      if (other) throw new Error(`${limit.text} and ${other.text} cannot be put in order: no value may lie beyond a limit, and each limit has one value.`);
    }
    return animals.sort((a, b) => a.value - b.value || a.beyond - b.beyond);
  }

  const shown = (p) => (p >= 0.1 ? p.toFixed(3).replace(/\.?0+$/, "") : p.toPrecision(3));

  // ---- The page.

  function start(root) {
    root.innerHTML = TEMPLATE;
    const find = (selector) => root.querySelector(selector);
    const lanes = find(".deal-lanes");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)");
    let animals, treated, side = "both", tiles, current = 0, drag = null, dropped = false;

    function draw(tag, attributes, parent, text = "") {
      const element = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.textContent = text;
      parent.append(element);
      return element;
    }

    function load(texts) {
      const found = read(texts);
      animals = found;
      treated = found.map((animal) => animal.treated);
      current = 0;
      lay();
      show();
    }

    /** One button for each animal, in its column; and the ranks below, one bracket for each value. */
    function lay() {
      lanes.querySelectorAll("button, .deal-rank").forEach((element) => element.remove());
      lanes.style.setProperty("--animals", animals.length);
      lanes.toggleAttribute("data-many", animals.length > 8 && animals.some((animal) => animal.text.length > 3));
      const ranks = doubledRanks(animals);
      tiles = animals.map((animal, i) => {
        const tile = document.createElement("button");
        tile.type = "button";
        tile.className = "deal-tile";
        tile.style.gridColumn = i + 1;
        tile.append(Object.assign(document.createElement("span"), { textContent: animal.text }));
        lanes.append(tile);
        return tile;
      });
      ranks.forEach((rank, i) => {
        if (i && ranks[i - 1] === rank) return;
        const mark = document.createElement("span");
        mark.className = "deal-rank";
        mark.setAttribute("aria-hidden", "true");
        mark.style.gridColumn = `${i + 1} / span ${ranks.filter((other) => other === rank).length}`;
        mark.textContent = rank / 2;
        lanes.append(mark);
      });
    }

    function show() {
      const found = count(animals, treated);
      tiles.forEach((tile, i) => {
        const group = treated[i] ? "treated" : "control";
        tile.dataset.group = group;
        tile.tabIndex = i === current ? 0 : -1;
        tile.setAttribute("aria-label", `${animals[i].text}, ${group}, rank ${found.ranks[i] / 2}`);
      });
      for (const lane of lanes.querySelectorAll(".deal-lane")) {
        lane.querySelector(".deal-n").textContent = `n = ${lane.dataset.lane === "treated" ? found.m : found.n}`;
      }
      fan();
      histogram(found);
      numbers(found);
      return found;
    }

    /** From where the values lie to where their ranks lie: what a rank test forgets. */
    function fan() {
      const svg = find(".deal-fan");
      const width = lanes.clientWidth, height = 96, line = 44, pad = 48;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.replaceChildren();
      const values = animals.map((animal) => animal.value);
      const low = Math.min(...values), high = Math.max(...values);
      const x = (value) => (high > low ? pad + ((value - low) / (high - low)) * (width - 2 * pad) : width / 2);
      draw("line", { x1: pad - 8, x2: width - pad + 8, y1: line, y2: line, class: "deal-axis" }, svg);
      animals.forEach((animal, i) => {
        const group = treated[i] ? "treated" : "control";
        const same = animals.filter((other) => other.value === animal.value);
        const above = same.indexOf(animal) * Math.min(8, 30 / same.length);
        const from = x(animal.value), to = ((i + 0.5) / animals.length) * width;
        const half = (line + height) / 2;
        draw("path", { d: `M${from} ${line} C${from} ${half} ${to} ${half} ${to} ${height}`, class: `deal-thread ${group}` }, svg);
        draw("circle", { cx: from, cy: line - 7 - above, r: 4, class: `deal-dot ${group}` }, svg);
      });
      const ends = high > low ? [[low, 0, "start"], [high, width, "end"]] : [[low, 0, "start"]];
      for (const [value, at, anchor] of ends) draw("text", { x: at, y: line + 4, "text-anchor": anchor, class: "deal-word" }, svg, value);
    }

    function histogram(found) {
      const svg = find(".deal-null");
      const width = Math.max(280, svg.parentElement.clientWidth), height = 240;
      const box = { left: 36, right: width - 12, top: 34, bottom: height - 28 };
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.replaceChildren();
      const whole = found.null.every(({ u }) => Number.isInteger(u));
      const step = whole ? 1 : 0.5;
      const x = (u) => box.left + ((u + step) / (found.pairs + 2 * step)) * (box.right - box.left);
      const top = Math.max(...found.null.map(({ number }) => number));
      const y = (number) => box.bottom - (number / top) * (box.bottom - box.top);
      const bar = Math.max(3, (x(step) - x(0)) * 0.82);
      for (const tick of new Set([top, top > 3 ? Math.round(top / 2) : top])) {
        draw("line", { x1: box.left, x2: box.right, y1: y(tick), y2: y(tick), class: "deal-grid" }, svg);
        draw("text", { x: box.left - 6, y: y(tick) + 4, "text-anchor": "end", class: "deal-word" }, svg, tick);
      }
      draw("text", { x: 0, y: 12, class: "deal-word" }, svg, "deals");
      for (const { s, u, number } of found.null) {
        const classes = `deal-column${found.sides[side].within(s) ? " counted" : ""}${u === found.u ? " here" : ""}`;
        draw("rect", { x: x(u) - bar / 2, y: y(number), width: bar, height: box.bottom - y(number), class: classes }, svg);
      }
      draw("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, class: "deal-axis" }, svg);
      for (const u of new Set([0, found.pairs / 2, found.pairs])) {
        draw("text", { x: x(u), y: box.bottom + 18, "text-anchor": "middle", class: "deal-word" }, svg, u);
      }
      const at = x(found.u);
      draw("line", { x1: at, x2: at, y1: 18, y2: box.bottom, class: "deal-here" }, svg);
      const anchor = at > width - 60 ? "end" : at < 90 ? "start" : "middle";
      draw("text", { x: anchor === "start" ? Math.max(at - 8, 48) : anchor === "end" ? at + 8 : at, y: 12, "text-anchor": anchor, class: "deal-word strong" }, svg, `U = ${found.u}`);
      svg.setAttribute("aria-label", `The null distribution of U. ${sentence(found)} The table below holds every bar.`);
    }

    function sentence(found) {
      const { counted } = found.sides[side];
      const middle = side === "both" ? ` (${found.pairs / 2})` : "";
      return `U is ${found.u} of ${found.pairs}. There are ${found.total} ways to deal these ${animals.length} animals ${found.m} and ${found.n}; `
        + `in ${counted} of them U lies ${SIDES[side].words}${middle}: p = ${counted}/${found.total} = ${shown(counted / found.total)}.`;
    }

    function numbers(found) {
      find(".deal-sentence").textContent = sentence(found);
      const body = find(".deal-numbers tbody");
      for (const [name, { label }] of Object.entries(SIDES)) {
        let row = body.querySelector(`[data-side="${name}"]`);
        if (!row) {
          // Made once, so that a radio button keeps its focus.
          body.insertAdjacentHTML("beforeend", `<tr data-side="${name}"><th scope="row"><label><input type="radio" name="deal-side" value="${name}"> ${label}</label></th>
            <td data-number="pvalue"></td><td data-number="midp"></td><td data-number="min_pvalue"></td></tr>`);
          row = body.lastElementChild;
        }
        row.classList.toggle("chosen", name === side);
        row.querySelector("input").checked = name === side;
        const { counted, mid, least } = found.sides[name];
        for (const [number, deals] of [["pvalue", counted], ["midp", mid], ["min_pvalue", least]]) {
          const cell = row.querySelector(`[data-number="${number}"]`);
          cell.dataset.value = deals / found.total;
          cell.replaceChildren(shown(deals / found.total), " ", Object.assign(document.createElement("small"), { textContent: `${deals}/${found.total}` }));
        }
      }
      root.dataset.u = found.u;
      const least = found.sides[side].least / found.total;
      find(".deal-note").textContent = least > 0.05 ? `No deal of these animals ${found.m} and ${found.n} can bring p to 0.05: the smallest is ${shown(least)}.` : "";
      find(".deal-table tbody").replaceChildren(...found.null.map(({ s, u, number }) => {
        const row = document.createElement("tr");
        const within = found.sides[side].within(s) ? "yes" : "no";
        [u === found.u ? `${u} (yours)` : u, number, shown(number / found.total), within].forEach((text) => {
          row.append(Object.assign(document.createElement("td"), { textContent: text }));
        });
        return row;
      }));
    }

    function say(text) { find(".deal-said").textContent = text; }

    function tell(what) {
      const found = show();
      const p = found.sides[side].counted / found.total;
      say(`${what} ${found.m} treated, ${found.n} control. U = ${found.u} of ${found.pairs}, p = ${shown(p)} (${SIDES[side].label.toLowerCase()}).`);
    }

    /** Put an animal into a group; from where it was let go, it glides. */
    function move(i, to, from = tiles[i].getBoundingClientRect()) {
      tiles[i].style.translate = "";
      if (treated[i] !== to && treated.filter((own) => own !== to).length === 1) {
        say(`${animals[i].text} stays: a group needs at least one animal.`);
      } else if (treated[i] !== to) {
        treated[i] = to;
        tell(`${animals[i].text} is now ${to ? "treated" : "control"}.`);
      }
      glide(tiles[i], from);
    }

    function glide(tile, from) {
      const now = tile.getBoundingClientRect();
      if (still.matches || (from.x === now.x && from.y === now.y)) return;
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
        ArrowUp: () => move(i, true), ArrowDown: () => move(i, false), Escape: () => letGo(),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });

    lanes.addEventListener("click", (event) => {
      const i = tiles.indexOf(event.target.closest(".deal-tile"));
      if (i < 0 || dropped) return; // a drag ends with a click of its own
      current = i;
      move(i, !treated[i]);
    });

    function letGo() {
      if (!drag) return;
      tiles[drag.i].style.translate = "";
      tiles[drag.i].classList.remove("dragged");
      lanes.querySelectorAll(".deal-lane").forEach((lane) => lane.classList.remove("over"));
      drag = null;
    }

    /** The lane under a height on the screen. */
    const upper = (height) => height < lanes.querySelector('[data-lane="control"]').getBoundingClientRect().top;

    lanes.addEventListener("pointerdown", (event) => {
      const i = tiles.indexOf(event.target.closest(".deal-tile"));
      dropped = false;
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
      for (const lane of lanes.querySelectorAll(".deal-lane")) lane.classList.toggle("over", (lane.dataset.lane === "treated") === upper(event.clientY));
    });

    lanes.addEventListener("pointerup", (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const { i, moved } = drag;
      const from = tiles[i].getBoundingClientRect();
      letGo();
      if (!moved) return;
      dropped = true;
      current = i;
      move(i, upper(event.clientY), from);
    });

    lanes.addEventListener("pointercancel", letGo);

    root.querySelector(".deal-bar").addEventListener("click", (event) => {
      const places = tiles.map((tile) => tile.getBoundingClientRect());
      const act = {
        random() {
          // Shuffled by the method of Fisher and Yates; the sizes of the groups stay.
          for (let i = treated.length - 1; i > 0; i--) {
            const j = Math.floor(Math.random() * (i + 1));
            [treated[i], treated[j]] = [treated[j], treated[i]];
          }
          tell("Dealt at random.");
        },
        swap() {
          treated = treated.map((own) => !own);
          tell("The groups are swapped.");
        },
        again() {
          treated = animals.map((animal) => animal.treated);
          tell("As at the start.");
        },
      }[event.target.dataset.do];
      if (!act) return;
      act();
      tiles.forEach((tile, i) => glide(tile, places[i]));
    });

    find(".deal-start").addEventListener("change", (event) => {
      load(STARTS[event.target.value]);
      tell(`${STARTS[event.target.value].name}.`);
    });

    root.addEventListener("change", (event) => {
      if (event.target.name !== "deal-side") return;
      side = event.target.value;
      tell(`${SIDES[side].label}.`);
    });

    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { treated: first, control: second } = event.target.elements;
      const wrong = find(".deal-wrong");
      try {
        load({ treated: first.value, control: second.value });
        wrong.textContent = "";
        tell("Your values.");
      } catch (error) {
        wrong.textContent = error.message;
      }
    });

    STARTS.forEach(({ name }, i) => find(".deal-start").append(new Option(name, i)));
    find("[name=treated]").value = STARTS[0].treated;
    find("[name=control]").value = STARTS[0].control;
    load(STARTS[0]);
    new ResizeObserver(() => show()).observe(root);
  }

  document.querySelectorAll(".deal").forEach(start);
})();
