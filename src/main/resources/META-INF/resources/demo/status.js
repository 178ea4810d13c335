// A status board of call-centre agents. The view `agents` is the board: an entry is an agent, its value the last status.
import { $, append, element, onSubmit } from "../penstock.js";
import { liveView } from "../live-view.js";

const WORDS = { available: "available", busy: "busy", break: "on a break" };

function show(agents, changed) {
  const cards = [...agents].sort(([one], [other]) => one.localeCompare(other)).map(([agent, { status, since }]) =>
    element("li", { className: agent === changed ? "fresh" : "", data: { agent, status } },
      element("strong", { textContent: agent }),
      element("span", { textContent: WORDS[status] ?? status }),
      element("span", { className: "quiet", textContent: ` since ${new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` })));
  $("agents").replaceChildren(...cards);
  const available = [...agents.values()].filter(({ status }) => status === "available").length;
  $("summary").textContent = agents.size === 0 ? "Nobody is signed on yet." : `${available} of ${agents.size} available`;
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
  return status === "offline" ? "signed off" : `you are ${WORDS[status]}`;
});

liveView({ view: "agents", state: $("state"), show });
