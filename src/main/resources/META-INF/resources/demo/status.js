// A status board of call-centre agents. The view `agents` is the board: an entry is an agent, its value the last status. Who is
// at a window now, its own connection says.
import { $, append, element, onSubmit } from "../penstock.js";
import { liveView } from "../live-view.js";
import { clock, followRoom, leave } from "../presence.js";

const WORDS = { available: "available", busy: "busy", break: "on a break" };

const ROOM = "agents";
let agents = new Map();
let here = new Map();
let gone = new Map();
let company;
let me;

function whereabouts(agent) {
  if (here.has(agent)) {
    return "here";
  }
  return gone.has(agent) ? `${gone.get(agent).how} ${clock(gone.get(agent).time)}` : "not here";
}

function show(changed) {
  const cards = [...agents].sort(([one], [other]) => one.localeCompare(other)).map(([agent, { status, since }]) =>
    element("li", { className: agent === changed ? "fresh" : "", data: { agent, status, ...(here.has(agent) ? {} : { absent: "" }) } },
      element("strong", { textContent: agent }),
      element("span", { textContent: WORDS[status] ?? status }),
      element("span", { className: "quiet", textContent: ` since ${clock(since)}` }),
      element("span", { className: "quiet", textContent: ` · ${whereabouts(agent)}` })));
  $("agents").replaceChildren(...cards);
  const available = [...agents.values()].filter(({ status }) => status === "available").length;
  $("summary").textContent = agents.size === 0 ? "Nobody is signed on yet." : `${available} of ${agents.size} available`;
}

/** The window speaks for the agent, or for nobody; who it was before leaves. */
async function appear(agent) {
  if (company && agent === me) {
    return;
  }
  company?.close();
  const before = me;
  me = agent;
  company = followRoom({
    room: ROOM,
    member: agent,
    state: $("people-state"),
    show(present, left) {
      here = present;
      gone = left;
      show();
    },
  });
  if (before) {
    await leave(ROOM, before);
  }
}

// Before the other listener, which needs it.
let chosen;
$("set").addEventListener("submit", (submit) => {
  chosen = submit.submitter?.value;
});

onSubmit($("set"), async () => {
  const agent = $("agent").value.trim();
  const status = chosen ?? "available";
  await append("agents", status === "offline"
    ? { type: "agent.signed-off", subject: agent }
    : { type: "agent.status", subject: agent, datacontenttype: "application/json", data: { status, since: new Date().toISOString() } });
  await appear(status === "offline" ? undefined : agent);
  return status === "offline" ? "signed off" : `you are ${WORDS[status]}`;
});

appear();
liveView({
  view: "agents",
  state: $("state"),
  show(all, changed) {
    agents = all;
    show(changed);
  },
});
