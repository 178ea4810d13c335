// Follows one stream with the browser's own EventSource and shows the newest events.
const SHOWN = 200;
const $ = (id) => document.getElementById(id);
let source;
let count = 0;

function state(name, text) {
  $("state").dataset.state = name;
  $("state").textContent = text;
}

function show(event) {
  const item = document.createElement("li");
  const type = document.createElement("b");
  const about = document.createElement("span");
  const data = document.createElement("code");
  type.textContent = event.type;
  about.textContent = [event.subject, event.time, event.id].filter(Boolean).join(" · ");
  data.textContent = event.data_base64 ?? JSON.stringify(event.data) ?? "";
  item.append(type, about, data);
  $("events").prepend(item);
  while ($("events").childElementCount > SHOWN) {
    $("events").lastElementChild.remove();
  }
  $("count").textContent = String(++count);
}

function follow(stream, history) {
  source?.close();
  $("events").replaceChildren();
  count = 0;
  $("count").textContent = "0";
  state("connecting", `connecting to ${stream}`);
  source = new EventSource(`/streams/${stream}/feed?cursor=${history ? "earliest" : "latest"}`);
  source.onopen = () => state("live", `connected to ${stream}`);
  source.onmessage = (message) => show(JSON.parse(message.data));
  source.addEventListener("caught-up", () => state("live", `live on ${stream}`));
  source.addEventListener("reset", (message) =>
    state("live", `went on after a gap on ${stream}: ${JSON.parse(message.data).reason}`));
  source.addEventListener("unavailable", (message) =>
    state("lost", `unavailable: ${JSON.parse(message.data).reason}`));
  source.onerror = () =>
    source.readyState === EventSource.CLOSED
      ? state("lost", `the stream ${stream} cannot be followed: it is not declared`)
      : state("lost", "connection lost, the browser connects again and goes on where it was");
}

async function post(stream, type, subject, data) {
  const query = new URLSearchParams({ type });
  if (subject) {
    query.set("subject", subject);
  }
  const response = await fetch(`/streams/${stream}/events?${query}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `${Date.now()}-${Math.random()}` },
    body: data,
  });
  const reply = await response.json();
  if (!response.ok) {
    throw new Error(reply.detail);
  }
  return reply.events[0].position;
}

$("follow").addEventListener("submit", (submit) => {
  submit.preventDefault();
  follow($("stream").value, $("history").checked);
});

$("post").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  delete $("posted").dataset.failed;
  try {
    const position = await post($("stream").value, $("type").value, $("subject").value, $("data").value);
    $("posted").textContent = `appended at ${position}`;
  } catch (failure) {
    $("posted").dataset.failed = "";
    $("posted").textContent = failure.message;
  }
});

async function begin() {
  const reply = await (await fetch("/streams")).json();
  for (const { name } of reply.streams ?? []) {
    const option = document.createElement("option");
    option.value = name;
    $("streams").append(option);
  }
  follow($("stream").value, false);
}

begin();
