// The dashboard: what there is, how fast it moves, and one stream live.
import { $, Feed, append, element, get, onSubmit, post } from "./penstock.js";

const POLL_MILLIS = 2000;
const POINTS = 60;
const SHOWN_EVENTS = 200;
const SHOWN_ENTRIES = 50;

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

// ---- rates

const COLOURS = ["#2f80ed", "#d9822b", "#27a567", "#b5489b", "#c9a200", "#7a6ff0", "#e05252", "#3aa6a6"];
const before = new Map();
let chart;

function drawRates(rates) {
  chart ??= new Chart($("rates"), {
    type: "line",
    data: { labels: Array(POINTS).fill(""), datasets: [] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { labels: { boxWidth: 14, boxHeight: 3 } } },
      elements: { point: { radius: 0 }, line: { borderWidth: 2, cubicInterpolationMode: "monotone" } },
      scales: { x: { grid: { display: false }, ticks: { maxRotation: 0, maxTicksLimit: 6 } }, y: { beginAtZero: true, suggestedMax: 1, grid: { color: "#80808040" }, border: { display: false }, ticks: {} } },
    },
  });
  const colour = getComputedStyle(document.body).color;
  chart.options.color = colour;
  chart.options.scales.x.ticks.color = colour;
  chart.options.scales.y.ticks.color = colour;
  chart.data.labels.push(new Date().toLocaleTimeString("en-GB"));
  chart.data.labels.shift();
  for (const [stream, value] of rates) {
    let line = chart.data.datasets.find((one) => one.label === stream);
    if (!line) {
      const colourOfLine = COLOURS[chart.data.datasets.length % COLOURS.length];
      line = { label: stream, data: Array(POINTS).fill(null), borderColor: colourOfLine, backgroundColor: colourOfLine };
      chart.data.datasets.push(line);
    }
    line.data.push(value);
    line.data.shift();
  }
  chart.update();
}

/** Events per second since the last look; null at the first. */
function rateOf(stream) {
  const now = { at: performance.now(), appended: stream.partitions.reduce((sum, one) => sum + one.appended, 0) };
  const last = before.get(stream.name);
  before.set(stream.name, now);
  return last ? Math.max(0, ((now.appended - last.appended) * 1000) / (now.at - last.at)) : null;
}

// ---- streams and views

const sum = (partitions, what) => partitions.reduce((all, one) => all + one[what], 0);
/** Brings a table's cells in line, in place, so that focus and clicks are not lost. The first cell is the row's name. */
function rows(table, lines, head) {
  lines.forEach(([name, ...cells], at) => {
    let row = table.rows[at];
    if (row?.dataset.name !== name) {
      row = element("tr", { data: { name } }, element("th", { scope: "row" }, head(name)), ...cells.map(() => element("td")));
      table.insertBefore(row, table.rows[at] ?? null);
    }
    cells.forEach((value, i) => {
      const cell = row.cells[i + 1];
      const text = typeof value === "number" ? number.format(value) : value;
      cell.className = typeof value === "number" ? "number" : "";
      if (cell.textContent !== text) {
        cell.textContent = text;
      }
    });
  });
  while (table.rows.length > lines.length) {
    table.lastElementChild.remove();
  }
}

function showStreams(streams) {
  if (!feed && streams.length > 0) {
    $("stream").value = streams.reduce((most, one) => (one.length > most.length ? one : most)).name;
    follow();
  }
  const rates = new Map(streams.map((stream) => [stream.name, rateOf(stream)]));
  drawRates(rates);
  rows($("streams"), streams.map(({ name, length, partitions }) => [name, length, rates.get(name) ?? 0, partitions.length]), (name) => name);
}

let selected;
function showViews(views) {
  if (!selected && views.length > 0) {
    selected = (views.find((view) => sum(view.partitions, "entries") > 0) ?? views[0]).name;
    followEntries();
  }
  rows($("views"), views.map(({ name, fold, partitions }) => {
    const states = new Set(partitions.map((one) => one.state));
    return [name, fold, sum(partitions, "entries"), sum(partitions, "lag"), [...states].join(", ")];
  }), viewButton);
  press();
}

function press() {
  for (const button of $("views").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === selected));
  }
}

function viewButton(name) {
  const button = element("button", { type: "button", className: "plain", textContent: name, data: { view: name } });
  button.addEventListener("click", () => {
    selected = name;
    press();
    followEntries();
  });
  return button;
}

// ---- sinks

function showSinks(sinks) {
  $("sinks-card").hidden = sinks.length === 0;
  rows($("sinks"), sinks.map(({ name, stream, kind, lag, lagSeconds, deadLetters, state, lastError }) =>
    [name, stream, kind, lag, Math.round(lagSeconds), deadLetters, state, lastError ? `${lastError.reason} (${number.format(Math.round(lastError.secondsAgo))} s ago)` : "none"]), (name) => name);
  sinks.forEach(({ name, state }, at) => {
    const row = $("sinks").rows[at];
    if (!row.querySelector("button")) {
      row.append(element("td", { className: "actions" }, pauseButton(name), " ", replayButton(name)));
    }
    row.cells[6].dataset.state = state;
    row.cells[7].className = "value";
    const isStill = state === "paused" || state === "stopped";
    const [pause] = row.querySelectorAll("button");
    pause.dataset.what = isStill ? "resume" : "pause";
    pause.textContent = isStill ? "Resume" : "Pause";
    pause.ariaLabel = `${pause.textContent} ${name}`;
  });
}

function pauseButton(sink) {
  const button = element("button", { type: "button", className: "plain" });
  button.addEventListener("click", () => order(sink, button.dataset.what));
  return button;
}

async function order(sink, what) {
  delete $("sinks-done").dataset.failed;
  try {
    await post(`/sinks/${sink}/${what}`);
    $("sinks-done").textContent = `${sink}: ${what} is asked for`;
  } catch (failure) {
    $("sinks-done").dataset.failed = "";
    $("sinks-done").textContent = failure.message;
  }
  poll();
}

let replayed;

function replayButton(sink) {
  const button = element("button", { type: "button", className: "plain", textContent: "Replay", ariaLabel: `Replay ${sink}` });
  button.addEventListener("click", () => {
    replayed = sink;
    $("replay").reset();
    $("replay-of").textContent = sink;
    $("replay").querySelector("output").textContent = "";
    $("replay").hidden = false;
    $("replay-from").focus();
  });
  return button;
}

$("replay-cancel").addEventListener("click", () => {
  $("replay").hidden = true;
});

onSubmit($("replay"), async () => {
  const query = new URLSearchParams({ from: $("replay-from").value.trim() });
  if ($("replay-to").value.trim()) {
    query.set("to", $("replay-to").value.trim());
  }
  await post(`/sinks/${replayed}/replay?${query}`);
  delete $("sinks-done").dataset.failed;
  $("sinks-done").textContent = `${replayed}: a replay is asked for`;
  $("replay").hidden = true;
  poll();
});

// ---- the entries of a view: the first ones in the order of their keys, since a view may have millions

let entriesFeed;

function followEntries() {
  entriesFeed?.close();
  const view = selected;
  const entries = new Map();
  const fresh = new Set();
  let isAll = true;
  let drawing = false;

  /** What changes meanwhile comes by the feed. */
  async function read() {
    const { body } = await get(`/views/${view}/entries?limit=${SHOWN_ENTRIES}`);
    entries.clear();
    body.entries.forEach(({ key, value }) => entries.set(key, value));
    isAll = body.complete;
    draw();
  }

  function draw() {
    if (!drawing) {
      drawing = true;
      requestAnimationFrame(() => {
        drawing = false;
        if (view === selected) {
          showEntries(view, entries, fresh, isAll);
          fresh.clear();
        }
      });
    }
  }

  const begin = () => read().catch((failure) => problem(failure.message));

  entriesFeed = new Feed(`/views/${view}/feed`, {
    cursor: "latest",
    state: $("entries-state"),
    listeners: {
      "caught-up": begin,
      // A snapshot of all entries would follow.
      reset: followEntries,
      change({ data }) {
        const { key, value } = JSON.parse(data);
        fresh.add(key);
        if (value !== null) {
          entries.set(key, value);
          const keys = [...entries.keys()].sort();
          keys.slice(SHOWN_ENTRIES).forEach((last) => entries.delete(last));
          isAll &&= keys.length <= SHOWN_ENTRIES;
        } else if (entries.delete(key) && !isAll) {
          begin();
        }
        draw();
      },
    },
  });
}

function showEntries(view, entries, fresh, isAll) {
  $("entries-of").textContent = isAll ? `of ${view}` : `of ${view}, the first ${SHOWN_ENTRIES}`;
  $("entries").replaceChildren(...[...entries].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) =>
    element("tr", { className: fresh.has(key) ? "fresh" : "", data: { key } },
      element("th", { scope: "row", textContent: key }),
      element("td", { className: "value" }, ...shown(value)))));
}

/** An object's members one by one, so that lines break between them; all else as it is. */
function shown(value) {
  return value?.constructor === Object
    ? Object.entries(value).map(([name, member]) =>
      element("span", { className: "pair" }, element("span", { className: "quiet", textContent: `${name}\u00a0` }), element("code", { textContent: JSON.stringify(member) }), " "))
    : [element("code", { textContent: JSON.stringify(value) })];
}

function problem(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

let polling = false;

async function poll() {
  if (polling) {
    return;
  }
  polling = true;
  try {
    const names = (await get("/streams")).body.streams.map((stream) => stream.name);
    const all = (paths) => Promise.allSettled(paths.map(get)).then((done) => done.filter((one) => one.status === "fulfilled").map((one) => one.value.body));
    offer(names);
    showStreams(await all(names.map((name) => `/streams/${name}`)));
    const views = (await get("/views")).body.views.map((view) => view.name);
    showViews(await all(views.map((name) => `/views/${name}`)));
    showSinks((await get("/sinks")).body.sinks);
    problem("");
  } catch (failure) {
    problem(failure.message);
  } finally {
    polling = false;
  }
}

// ---- the tail

let feed;
let count = 0;

function offer(names) {
  const known = new Set([...$("stream").options].map((option) => option.value));
  names.filter((name) => !known.has(name)).forEach((name) => $("stream").append(element("option", { value: name, textContent: name })));
}

function show(message) {
  const event = JSON.parse(message.data);
  $("events").prepend(element("li", { className: "fresh" },
    element("b", { textContent: event.type }),
    element("span", { className: "quiet", textContent: [event.subject, event.time, event.id].filter(Boolean).join(" · ") }),
    element("code", { textContent: event.data_base64 ?? JSON.stringify(event.data) ?? "" })));
  while ($("events").childElementCount > SHOWN_EVENTS) {
    $("events").lastElementChild.remove();
  }
  $("count").textContent = number.format(++count);
}

function follow() {
  feed?.close();
  $("events").replaceChildren();
  count = 0;
  $("count").textContent = "0";
  paused(false);
  const query = {};
  for (const filter of ["subject", "type"]) {
    if ($(filter).value) {
      query[filter] = $(filter).value;
    }
  }
  feed = new Feed(`/streams/${$("stream").value}/feed`, {
    query,
    cursor: $("history").checked ? "earliest" : "latest",
    state: $("state"),
    listeners: { message: show },
  });
}

function paused(is) {
  $("pause").dataset.paused = is ? "yes" : "";
  $("pause").textContent = is ? "Resume" : "Pause";
}

$("pause").addEventListener("click", () => {
  const was = Boolean($("pause").dataset.paused);
  paused(!was);
  if (was) {
    feed?.resume();
  } else {
    feed?.pause();
  }
});

onSubmit($("follow"), async () => follow());

onSubmit($("post"), async () => {
  const { body } = await append($("stream").value, {
    type: $("post-type").value,
    subject: $("post-subject").value,
    datacontenttype: "application/json",
    data: JSON.parse($("post-data").value),
  });
  return `appended at ${body.events[0].position}`;
});

setInterval(() => document.hidden || poll(), POLL_MILLIS);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", poll);
poll();
