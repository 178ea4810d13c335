// A work queue. The stream `jobs` has the jobs; each window is a worker that pulls them of the group `demo`.
import { $, append, element, get, newId, onSubmit, post, put } from "../penstock.js";

const GROUP = "/streams/jobs/groups/demo";
const LEASE_SECONDS = 5;
const LOOK_MILLIS = 500;

const me = `worker-${newId().slice(0, 4)}`;
const pause = (seconds) => new Promise((over) => setTimeout(over, seconds * 1000));

function say(state, name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

onSubmit($("produce"), async () => {
  const jobs = Array.from({ length: Number($("count").value) }, (_, n) =>
    ({ type: "job.wanted", subject: `${$("work").value.trim()} ${n + 1}`, datacontenttype: "application/json", data: {} }));
  await append("jobs", ...jobs);
  return `${jobs.length} added`;
});

function row({ event, deliveryCount }) {
  const outcome = element("td", { textContent: "working on it" });
  const made = element("tr", { className: "fresh", data: { state: "working" } },
    element("th", { scope: "row", textContent: event.subject }),
    element("td", { className: "number", textContent: deliveryCount }), outcome);
  $("jobs").prepend(made);
  while ($("jobs").children.length > 50) {
    $("jobs").lastChild.remove();
  }
  return (state, text) => {
    made.dataset.state = state;
    outcome.textContent = text;
  };
}

/** A job that hangs is acknowledged all the same, when another window has had time to take it. */
async function work(message) {
  const tell = row(message);
  const hangs = $("hang").checked;
  if (hangs) {
    tell("hanging", "hanging");
    await pause(2 * LEASE_SECONDS);
  } else {
    await pause(Number($("seconds").value));
  }
  const { body } = await post(`${GROUP}/ack`, { ackIds: [message.ackId] });
  if (body.results[0].status === "done") {
    tell("done", hangs ? "done late: nobody else had taken it" : "done");
  } else {
    tell("stale", "too late: another worker has it");
  }
}

let working = false;

async function run() {
  const state = $("worker-state");
  while (working) {
    try {
      say(state, "connecting", "waiting for a job");
      const { body } = await post(`${GROUP}/pull`, { max: 1, wait: "20s", lease: `${LEASE_SECONDS}s`, consumer: me });
      if (body !== null) {
        say(state, "live", "working");
        await work(body.messages[0]);
      }
    } catch (failure) {
      say(state, "lost", failure.message);
      await pause(1);
    }
  }
  say(state, "paused", "idle");
}

onSubmit($("worker"), () => {
  working = !working;
  $("run").textContent = working ? "Stop after this job" : "Start working";
  $("run").setAttribute("aria-pressed", String(working));
  if (working) {
    run();
  }
});

async function look() {
  try {
    const { body } = await get(GROUP);
    for (const name of ["lag", "pending", "acknowledged"]) {
      $(name).textContent = body[name] ?? "?";
    }
    $("dead").textContent = body.deadLetters;
    say($("state"), "live", "live");
  } catch (failure) {
    say($("state"), "lost", failure.message);
  }
  setTimeout(look, LOOK_MILLIS);
}

$("name").textContent = me;
await put(GROUP, { start: "earliest", maxDeliveries: 5, lease: `${LEASE_SECONDS}s` }).catch((failure) => say($("state"), "lost", failure.message));
look();
