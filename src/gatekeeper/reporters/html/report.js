// Text from tools reaches the page through textContent only.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);

  const theme = byId("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);
  nameTheme();

  const holder = byId("data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const PAGE = 200;
  const [TOOL, RULE, SEVERITY, PATH, LINE, COLUMN, MESSAGE, GROUP, URL, SILENCED] = Array(10).keys();
  // Texts are in order in their tables, so their numbers sort as they do.
  const sortings = {
    severity: [SEVERITY],
    place: [PATH, LINE, COLUMN],
    rule: [RULE, PATH, LINE, COLUMN],
    tool: [TOOL, PATH, LINE, COLUMN],
    message: [MESSAGE, PATH, LINE, COLUMN],
  };
  const body = byId("table").tBodies[0];
  const more = byId("more");
  const number = (value) => value.toLocaleString("en");
  const silenced = data.rows.filter((row) => row[SILENCED]).length;
  let sorted = { key: "severity", down: false };
  let chosen = data.rows;
  let shown = 0;

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const cell = (content, kind) => {
    const made = element("td", "", kind);
    made.append(content);
    return made;
  };

  const ruleOf = (row) => {
    const url = data.urls[row[URL]];
    const text = data.rules[row[RULE]];
    if (!/^https?:\/\//.test(url)) return text;
    const link = element("a", text);
    link.href = url;
    link.rel = "noopener noreferrer";
    return link;
  };

  const placeOf = (row) =>
    [data.paths[row[PATH]], row[LINE], row[COLUMN]].filter((part) => part).join(":") || "–";

  const drawRow = (row) => {
    const severity = data.severities[row[SEVERITY]];
    const made = document.createElement("tr");
    made.append(
      cell(element("span", severity, `severity ${severity}`)),
      cell(placeOf(row), "place"),
      cell(ruleOf(row)),
      cell(data.messages[row[MESSAGE]], "message"),
      cell(data.tools[row[TOOL]]),
      cell(row[SILENCED] ? "silenced" : data.groups[row[GROUP]].join(", ")),
    );
    return made;
  };

  const drawMore = () => {
    const first = shown;
    shown = Math.min(shown + PAGE, chosen.length);
    body.append(...chosen.slice(first, shown).map(drawRow));
    const left = chosen.length - shown;
    more.hidden = left === 0;
    more.textContent = `Show ${number(Math.min(PAGE, left))} more of ${number(left)}`;
    byId("count").textContent =
      `${number(chosen.length)} of ${number(data.rows.length)} findings` +
      (silenced ? ` (${number(silenced)} silenced)` : "") +
      (left ? `, the first ${number(shown)} shown` : "");
  };

  const compare = (a, b) => {
    for (const column of sortings[sorted.key]) {
      if (a[column] !== b[column]) return sorted.down ? b[column] - a[column] : a[column] - b[column];
    }
    return 0;
  };

  const containing = (table, text) => {
    const wanted = text.trim().toLowerCase();
    return table.map((entry) => entry.toLowerCase().includes(wanted));
  };

  const select = () => {
    const value = (id) => byId(id).value;
    const is = (id, column) => (row) => row[column] === Number(value(id));
    const tests = [];
    for (const [id, column] of [["severity", SEVERITY], ["tool", TOOL], ["rule", RULE], ["state", SILENCED]]) {
      if (value(id) !== "") tests.push(is(id, column));
    }
    if (value("gate") !== "") {
      const counts = data.groups.map((group) => group.includes(data.gates[value("gate")]));
      tests.push((row) => counts[row[GROUP]]);
    }
    if (value("path").trim()) {
      const paths = containing(data.paths, value("path"));
      tests.push((row) => paths[row[PATH]]);
    }
    if (value("text").trim()) {
      const [messages, rules, paths] = ["messages", "rules", "paths"].map((name) =>
        containing(data[name], value("text")));
      tests.push((row) => messages[row[MESSAGE]] || rules[row[RULE]] || paths[row[PATH]]);
    }
    return data.rows.filter((row) => tests.every((test) => test(row)));
  };

  const update = () => {
    chosen = select().sort(compare);
    shown = 0;
    body.replaceChildren();
    drawMore();
  };

  const fill = (id, names) => {
    const options = names.map((name, index) => {
      const option = element("option", name);
      option.value = index;
      return option;
    });
    byId(id).append(...options);
  };

  const headings = [...document.querySelectorAll("#table th")].filter((th) => th.dataset.key in sortings);
  const tellOrder = () => {
    for (const th of headings) {
      const order = sorted.down ? "descending" : "ascending";
      th.setAttribute("aria-sort", th.dataset.key === sorted.key ? order : "none");
    }
  };
  for (const th of headings) {
    const button = element("button", th.textContent);
    button.type = "button";
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const { key } = th.dataset;
      sorted = { key, down: key === sorted.key && !sorted.down };
      tellOrder();
      update();
    });
  }

  fill("severity", data.severities);
  fill("tool", data.tools);
  fill("rule", data.rules);
  fill("gate", data.gates);
  const filters = byId("filters");
  filters.hidden = false;
  filters.addEventListener("input", update);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(update));
  more.addEventListener("click", () => {
    const next = body.rows.length;
    drawMore();
    body.rows[next].tabIndex = -1;
    if (more.hidden) body.rows[next].focus();
  });
  for (const link of document.querySelectorAll("a[data-gate]")) {
    link.addEventListener("click", () => {
      filters.reset();
      byId("gate").value = data.gates.indexOf(link.dataset.gate);
      byId("findings").focus();
    });
  }
  tellOrder();
  update();
})();
