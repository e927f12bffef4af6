"use strict";
// Shows the findings of the data block: a table that filters, sorts and groups, and a timeline. All text from the scan
// gets in by `textContent`, so none of it is markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const STEP = 100;
  const RANK = { critical: 4, high: 3, medium: 2, low: 1 };
  const NAMES = { all: "all" };
  const table = document.getElementById("findings");
  const status = document.getElementById("status");
  const byId = (id) => document.getElementById(id);
  let shown = STEP;
  let sort = { key: "importance", up: true };

  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const date = (text) => (text ? text.slice(0, 10) : "");

  data.forEach((finding, at) => {
    finding.importance = at;
    const first = finding.places[0] || { path: "", line: 0 };
    finding.path = first.path;
    finding.author = finding.introduced ? finding.introduced.author : first.author || "";
    finding.since = date(finding.introduced ? finding.introduced.date : first.date);
    finding.words = [finding.rule, finding.title, finding.fingerprint, finding.author, finding.context,
      finding.state, ...finding.refs, ...finding.places.map((place) => place.path)].join("\n").toLowerCase();
  });

  const KEYS = {
    importance: (finding) => finding.importance,
    severity: (finding) => -RANK[finding.severity] * 10 - RANK[finding.confidence],
    title: (finding) => finding.title,
    path: (finding) => finding.path,
    state: (finding) => finding.state,
    since: (finding) => finding.since,
    author: (finding) => finding.author,
  };
  const GROUPS = { rule: "title", file: "path", author: "author", state: "state", context: "context", ref: "refs" };

  const fill = (select, values) => {
    for (const value of [NAMES.all, ...[...new Set(values)].filter(Boolean).sort()]) {
      const option = make("option", value);
      option.value = value;
      select.append(option);
    }
  };
  fill(byId("severity"), data.map((finding) => finding.severity));
  fill(byId("state"), data.map((finding) => finding.state));
  fill(byId("context"), data.map((finding) => finding.context));
  fill(byId("rule"), data.map((finding) => finding.title));

  const selected = () => {
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = ["severity", "state", "context"].map((name) => [name, byId(name).value]);
    wanted.push(["title", byId("rule").value]);
    const found = data.filter((finding) => words.every((word) => finding.words.includes(word))
      && wanted.every(([name, value]) => value === NAMES.all || finding[name] === value));
    const key = KEYS[sort.key];
    const order = (one, other) => {
      const [a, b] = [key(one), key(other)];
      return (a < b ? -1 : a > b ? 1 : 0) * (sort.up ? 1 : -1) || one.importance - other.importance;
    };
    found.sort(order);
    const group = GROUPS[byId("group").value];
    if (group) {
      // Groups stand in the order of their first finding.
      const groups = new Map();
      for (const finding of found) {
        // A finding is in the group of each ref that holds it.
        const names = [].concat(finding[group]).filter(Boolean);
        for (const name of names.length ? names : ["unknown"]) {
          if (!groups.has(name)) groups.set(name, []);
          groups.get(name).push(finding);
        }
      }
      return [...groups];
    }
    return [["", found]];
  };

  const snippet = (place) => {
    const line = make("pre");
    const { text, start, end } = place.snippet;
    line.append(text.slice(0, start), make("mark", text.slice(start, end)), text.slice(end));
    return line;
  };

  const list = (name, texts) => {
    const element = make(name);
    for (const text of texts) element.append(make("li", text));
    return element;
  };

  const details = (finding) => {
    const box = make("div");
    box.append(make("p", finding.timeline));
    for (const place of finding.places) {
      const line = make("p");
      line.append(make("code", place.where));
      box.append(line);
      if (place.companion) box.append(make("p", `belongs to ${place.companion}`, "soft"));
      if (place.snippet) box.append(snippet(place));
    }
    if (finding.more > 0) box.append(make("p", `and ${finding.more} more places`, "soft"));
    if (finding.reasons.length) box.append(make("h3", "Why"), list("ul", finding.reasons));
    if (finding.help.length) box.append(make("h3", "What to do"), list("ol", finding.help));
    box.append(make("h3", "See it"));
    for (const command of finding.commands) box.append(make("pre", command));
    return box;
  };

  const toggle = (row, finding, button) => {
    const next = row.nextElementSibling;
    if (next && next.classList.contains("details")) {
      next.remove();
      button.setAttribute("aria-expanded", "false");
      return;
    }
    const open = make("tr", undefined, "details");
    const cell = make("td", undefined, "open");
    cell.colSpan = 6;
    cell.append(details(finding));
    open.append(cell);
    row.after(open);
    button.setAttribute("aria-expanded", "true");
  };

  const render = () => {
    const groups = selected();
    const total = groups.reduce((sum, [, found]) => sum + found.length, 0);
    const different = new Set(groups.flatMap(([, found]) => found)).size;
    const rows = [];
    let left = shown;
    for (const [name, found] of groups) {
      if (left <= 0) break;
      if (name) {
        const row = make("tr", undefined, "group");
        const cell = make("td", `${name} (${found.length})`);
        cell.colSpan = 6;
        row.append(cell);
        rows.push(row);
      }
      for (const finding of found.slice(0, left)) {
        const row = make("tr");
        const severity = make("td", finding.severity, finding.severity);
        severity.append(make("div", `${finding.confidence} confidence`, "soft"));
        const title = make("td");
        const button = make("button", finding.title, "title");
        button.type = "button";
        button.setAttribute("aria-expanded", "false");
        button.addEventListener("click", () => toggle(row, finding, button));
        title.append(button, make("br"), make("code", finding.masked));
        const place = make("td");
        place.append(make("code", finding.places.length ? finding.places[0].where : ""));
        if (finding.count > 1) place.append(make("div", `and ${finding.count - 1} more`, "soft"));
        if (finding.context !== "production") place.append(make("div", finding.context, "soft"));
        // The address of an author is in the details.
        row.append(severity, title, place, make("td", finding.state), make("td", finding.since, "date"),
          make("td", finding.author.replace(/ <[^<>]*>$/, "")));
        rows.push(row);
      }
      left -= found.length;
    }
    table.replaceChildren(...rows);
    const visible = Math.min(shown, total);
    const rowsOf = total === different ? "" : ` in ${total} rows`;
    status.textContent = `${Math.min(visible, different)} of ${different} findings shown${rowsOf}`
      + (different < data.length ? ` (${data.length} in all)` : "");
    byId("more").hidden = visible >= total;
  };

  const refresh = () => { shown = STEP; render(); };
  byId("text").addEventListener("input", refresh);
  for (const name of ["severity", "state", "context", "rule", "group"]) byId(name).addEventListener("change", refresh);
  byId("more").addEventListener("click", () => { shown += STEP; render(); });
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const key = button.dataset.key;
      sort = { key, up: sort.key === key ? !sort.up : true };
      for (const other of document.querySelectorAll("th")) other.removeAttribute("aria-sort");
      button.parentElement.setAttribute("aria-sort", sort.up ? "ascending" : "descending");
      refresh();
    });
  }
  window.addEventListener("beforeprint", () => { shown = data.length; render(); });
  window.addEventListener("afterprint", refresh);

  // The timeline: for each month how many values came in and how many were taken out.
  const timeline = () => {
    const months = new Map();
    const count = (text, at) => {
      const month = text && /^\d{4}-\d{2}/.test(text) ? text.slice(0, 7) : "";
      if (!month) return;
      if (!months.has(month)) months.set(month, [0, 0]);
      months.get(month)[at] += 1;
    };
    for (const finding of data) {
      if (finding.introduced) count(finding.introduced.date, 0);
      if (finding.removed) count(finding.removed.date, 1);
    }
    const names = [...months.keys()].sort();
    if (names.length < 2) return;
    byId("timeline-part").hidden = false;
    // Long histories are shown in years.
    const unit = names.length > 60 ? 4 : 7;
    const sums = new Map();
    for (const name of names) {
      const [came, gone] = months.get(name);
      const sum = sums.get(name.slice(0, unit)) || [0, 0];
      sums.set(name.slice(0, unit), [sum[0] + came, sum[1] + gone]);
    }
    const top = Math.max(...[...sums.values()].flat(), 1);
    const [width, height] = [1000, 140];
    const svg = byId("timeline");
    const shape = (name, attributes, text) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      if (text) element.textContent = text;
      return element;
    };
    const step = width / sums.size;
    [...sums].forEach(([name, [came, gone]], at) => {
      const bar = (value, offset, kind, what) => {
        const size = Math.round(110 * value / top);
        const rect = shape("rect", { x: at * step + offset, y: 115 - size, width: Math.max(step * 0.4, 1), height: size,
          class: kind });
        rect.append(shape("title", {}, `${name}: ${value} ${what}`));
        svg.append(rect);
      };
      bar(came, step * 0.1, "bar-in", "introduced");
      bar(gone, step * 0.5, "bar-out", "removed");
      if (at % Math.ceil(sums.size / 12) === 0) svg.append(shape("text", { x: at * step, y: 132 }, name));
    });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  };
  timeline();
  render();
})();
