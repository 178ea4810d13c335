// A status board of call-centre agents. The view `agents` is the board: an entry is an agent, its value the last status. Who is
// at a window now, its own connection says.
import { $, Feed, append, element, onSubmit } from "../penstock.js";
import { beginSession, endSession, onSignedOut, whoCalls } from "../identity.js";
import { liveView } from "../live-view.js";
import { clock, followRoom, leave } from "../presence.js";

const WORDS = { available: "available", busy: "busy", break: "on a break" };

const ROOM = "agents";
let agents = new Map();
let here = new Map();
let gone = new Map();
let company;
let me;

/** Who is signed in; nobody where nobody is asked who calls. */
let caller;

function whereabouts(agent) {
  if (here.has(agent)) {
    return "here";
  }
  return gone.has(agent) ? `${gone.get(agent).how} ${clock(gone.get(agent).time)}` : "not here";
}

/** Of another agent's card: for who may sign others off; nobody else sees others. */
function signOff(agent) {
  const button = element("button", { type: "button", className: "plain", textContent: "Sign off", data: { off: agent } });
  button.setAttribute("aria-label", `Sign ${agent} off`);
  button.addEventListener("click", () => append("agents", { type: "agent.signed-off", subject: agent }));
  return button;
}

function show(changed) {
  const cards = [...agents].sort(([one], [other]) => one.localeCompare(other)).map(([agent, { status, since }]) =>
    element("li", { className: agent === changed ? "fresh" : "", data: { agent, status, ...(here.has(agent) ? {} : { absent: "" }) } },
      element("strong", { textContent: agent }),
      element("span", { textContent: WORDS[status] ?? status }),
      element("span", { className: "quiet", textContent: ` since ${clock(since)}` }),
      element("span", { className: "quiet", textContent: ` · ${whereabouts(agent)}` }),
      ...(caller && agent !== caller ? [signOff(agent)] : [])));
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

/** Lets the user say who that is; kept when the session has begun. */
function signIn(notice = "") {
  $("guard").hidden = false;
  $("signed-in").hidden = true;
  $("set").inert = true;
  $("notice").textContent = notice || $("notice").textContent;
  return new Promise((resolve) => {
    signedIn = resolve;
  });
}

let signedIn = () => {};

onSubmit($("sign-in"), async () => {
  const query = new URLSearchParams({ subject: $("subject").value.trim(), role: $("role").value });
  const response = await fetch(`/dev/token?${query}`, { method: "POST" });
  if (!response.ok) {
    throw new Error("There is no development issuer here.");
  }
  const { subject } = await beginSession((await response.json()).token);
  welcome(subject);
  signedIn();
  return "";
});

function welcome(subject) {
  if (caller && caller !== subject) {
    // what is shown is what another may see
    location.reload();
    return;
  }
  if (!caller) {
    caller = subject;
    follow(subject);
  }
  $("guard").hidden = true;
  $("notice").textContent = "";
  $("signed-in").hidden = false;
  $("set").inert = false;
  $("caller").textContent = `Signed in as ${subject}`;
  $("agent").value = subject;
  show();
}

let own;

/** Notices if somebody else signs this agent off: then this window is signed out, too. */
function follow(agent) {
  own?.close();
  own = new Feed("/streams/agents/feed", {
    query: { subject: agent },
    state: $("own-state"),
    listeners: {
      async message({ data }) {
        const { type, authid } = JSON.parse(data);
        if (type === "agent.signed-off" && authid !== agent && caller === agent) {
          await leaveAs(`${authid} has signed you off.`);
        }
      },
    },
  });
}

async function leaveAs(notice) {
  $("notice").textContent = notice;
  await appear();
  await endSession();
}

$("sign-out").addEventListener("click", () => leaveAs("You have signed out."));

/** All that is followed; each feed goes on when somebody has signed in again. */
function begin() {
  appear();
  liveView({
    view: "agents",
    state: $("state"),
    show(all, changed) {
      agents = all;
      show(changed);
    },
  });
}

onSignedOut(() => signIn());

const { state, subject } = await whoCalls();
if (state === "unknown") {
  await signIn();
} else if (state === "known") {
  welcome(subject);
}
begin();
